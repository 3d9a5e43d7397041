import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pages } from './doc-examples';

const root = join(__dirname, '..');
const links = pages.flatMap(({ name, text }) =>
  [...text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(
    ([, link = '']) => [name, link] as const,
  ),
);

/** Places of a page as GitHub names them. */
const anchorsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

it.each(links)('a link leads somewhere: %s: %s', (page, link) => {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), path);
  expect(existsSync(file)).toBe(true);
  if (anchor !== undefined) expect(statSync(file).isFile() ? anchorsOf(file) : []).toContain(anchor);
});
