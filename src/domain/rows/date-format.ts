import { DateTime } from 'luxon';

/** What a cell may be read by: Luxon's parser of a format, made ready. */
export type FormatParser = ReturnType<typeof DateTime.buildFormatParser>;

/** Longer texts are no dates. */
export const longestDate = 64;

/** Names of months and days are English, wherever the process runs. */
export const dateLocale = 'en';

export const parserOfFormat = (format: string): FormatParser =>
  DateTime.buildFormatParser(format, { locale: dateLocale });

/** A part of a format as Luxon's parser has it, with `D`, `t` and the like spelt out. */
interface Token {
  readonly literal: boolean;
  readonly val: string;
}

/** Tokens of digits alone: how many they are, or that there may be more or fewer (Luxon's docs, "Table of tokens" of parsing). */
const fixed: ReadonlySet<string> = new Set([
  'yyyy',
  'yyyyyy',
  'MM',
  'LL',
  'dd',
  'ooo',
  'HH',
  'hh',
  'mm',
  'qq',
  'ss',
  'SSS',
  'uuu',
  'kkkk',
  'WW',
  'E',
  'c',
]);
const variable: ReadonlySet<string> = new Set([
  'y',
  'yy',
  'yyyyy',
  'M',
  'L',
  'd',
  'o',
  'H',
  'h',
  'm',
  'q',
  's',
  'S',
  'u',
  'uu',
  'kk',
  'W',
]);
/** They end in digits, of which there may be more or fewer, and begin with a sign. */
const offsets: ReadonlySet<string> = new Set(['Z', 'ZZ', 'ZZZ']);
const words: ReadonlySet<string> = new Set([
  'G',
  'GG',
  'MMM',
  'MMMM',
  'LLL',
  'LLLL',
  'a',
  'EEE',
  'EEEE',
  'ccc',
  'cccc',
  'z',
]);

/**
 * Why cells cannot be read by this format; `undefined` when they can. Luxon makes one regular expression of it: where digits can be shared
 * out among tokens in many ways, each token more doubles how long a cell takes that fits none.
 */
export function findFormatProblem(format: string): string | undefined {
  const parts = tokensOf(format).map(partOf);
  const letters = parts.filter(({ kind }) => kind !== 'text').map(({ val }) => val.charAt(0));
  if (letters.length === 0) return 'has no token of a date; write one such as "yyyy-MM-dd".';
  const twice = letters.find((letter, index) => letters.indexOf(letter) < index);
  if (twice !== undefined) return `has "${twice}" twice; write each token once, and words between quotes.`;
  const open = findOpen(parts);
  return open === undefined
    ? undefined
    : `has "${open}" behind a number that may be short or long; put a sign between them, or write all digits, such as "MM".`;
}

interface Part {
  readonly kind: 'fixed' | 'variable' | 'offset' | 'word' | 'text';
  readonly val: string;
}

/** The first number of any length that follows another with nothing but digits between them. */
function findOpen(parts: readonly Part[]): string | undefined {
  let isOpen = false;
  for (const { kind, val } of parts) {
    if (kind === 'variable' && isOpen) return val;
    if (kind === 'variable' || kind === 'offset') isOpen = true;
    else if (kind === 'word' || (kind === 'text' && /\D/.test(val))) isOpen = false;
  }
  return undefined;
}

const tokensOf = (format: string): readonly Token[] =>
  (parserOfFormat(format) as unknown as { readonly tokens: readonly Token[] }).tokens;

const partOf = ({ literal, val }: Token): Part => ({ kind: literal ? 'text' : kindOf(val), val });

function kindOf(token: string): Part['kind'] {
  if (fixed.has(token)) return 'fixed';
  if (variable.has(token)) return 'variable';
  if (offsets.has(token)) return 'offset';
  return words.has(token) ? 'word' : 'text';
}
