import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ParseOptions } from '../src/domain/events/parse-event';

const root = join(__dirname, '..');

export interface Page {
  /** From the root of the checkout. */
  readonly name: string;
  readonly text: string;
}

const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

/** What people read, decisions aside. */
export const pages: readonly Page[] = [
  ...['README.md', 'CONTRIBUTING.md', 'examples/README.md'],
  ...pagesIn('docs/guides'),
  ...pagesIn('docs/operations'),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

/** The blocks of a page in one of these languages. */
export const blocksOf = ({ text }: Page, ...languages: readonly string[]): string[] =>
  [...text.matchAll(/^ *```(\w+)[^\n]*\n([\s\S]*?)^ *```$/gm)].flatMap(([, language = '', block = '']) =>
    languages.includes(language) ? [block] : [],
  );

/** What stands between single backticks outside of blocks. */
export const codeIn = ({ text }: Page): string[] =>
  [...text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Commands of a block of shell, each as its words without quotes. Pipes, substitutions and redirections part them, comments go. */
export function commandsOf(block: string): string[][] {
  const tokens = /#[^\n]*|[\n|>;)]|(?:'[^']*'|"[^"]*"|[^\s'"|>;)])+/g;
  const commands: string[][] = [[]];
  for (const [token] of block
    .replace(/\\\n/g, ' ')
    .replace(/\w+=\$\(/g, '')
    .matchAll(tokens))
    if (/^[\n|>;)]$/.test(token)) commands.push([]);
    else if (!token.startsWith('#')) commands.at(-1)?.push(token.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  return commands.filter((words) => words.length > 0);
}

/** How the door reads an event of a trusted source. */
export const door: ParseOptions = {
  envelope: { context: {}, integrations: {}, bytes: 0 },
  receivedAt: Date.UTC(2026, 5, 1),
  source: 'docs',
  isTrusted: true,
  json: { maxBytes: 32_768, maxDepth: 64, hasEscapes: true, byteLength: (text) => Buffer.byteLength(text) },
  makeMessageId: () => 'made',
};
