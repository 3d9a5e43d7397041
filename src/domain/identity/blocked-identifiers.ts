import type { Identifier } from '../events/event';
import { usualTypes, type IdentifierTypes } from './workspace-types';

/** One entry of a workspace's list: a value, or a pattern in which `*` stands for any text. Without a type it holds for all. */
export interface BlockedEntry {
  readonly type?: string | undefined;
  readonly value: string;
}

export const mostBlocked = 1_000;
/** Each has the reader look through a value once. */
export const mostStars = 8;

/** Tells whether a list names an identifier, ignoring case. Reading one takes time in proportion to its length, whatever the pattern. */
export function blockedBy(
  entries: readonly BlockedEntry[],
  types: Pick<IdentifierTypes, 'normalise'> = usualTypes,
): (identifier: Identifier) => boolean {
  const exact = new Set<string>();
  const patterns: { readonly type: string | undefined; readonly matches: (text: string) => boolean }[] = [];
  for (const { type, value } of entries) {
    const text = formOf(value);
    if (text.includes('*')) {
      patterns.push({ type, matches: matcherOf(text) });
      continue;
    }
    // However the list writes a phone number or an id of digits, it is the one that is compared.
    const form = type === undefined ? undefined : types.normalise(type, value);
    for (const one of [text, formOf(form?.value ?? value)]) exact.add(nameOf(type, one));
  }
  return ({ type, value }) => {
    const text = formOf(value);
    return (
      exact.has(nameOf(undefined, text)) ||
      exact.has(nameOf(type, text)) ||
      patterns.some((pattern) => (pattern.type === undefined || pattern.type === type) && pattern.matches(text))
    );
  };
}

const formOf = (value: string): string => value.normalize('NFC').trim().toLowerCase();
const nameOf = (type: string | undefined, text: string): string => `${type ?? ''}\n${text}`;

/** No regular expression, whose time a pattern of many stars could multiply: each part is looked for once, behind the one before. */
function matcherOf(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  const between = parts.slice(1, -1);
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
