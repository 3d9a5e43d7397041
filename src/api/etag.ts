import { Problem } from './problem';
import type { Call } from './route';

/** A strong tag: one per version of a definition. */
export const etagOf = (version: number): string => `"v${version}"`;

/** Refuses a write whose `If-Match` or `If-None-Match` does not hold. `version` is the present one, absent when there is none. */
export function checkPreconditions(call: Pick<Call, 'header'>, version: number | undefined): void {
  const current = version === undefined ? undefined : etagOf(version);
  const wanted = call.header('if-match');
  if (wanted !== undefined && !names(wanted, current)) {
    throw stale(current === undefined ? 'It does not exist (any more).' : `Its present version is ${current}.`);
  }
  const unwanted = call.header('if-none-match');
  if (unwanted !== undefined && names(unwanted, current)) throw stale('It exists already.');
}

function names(header: string, current: string | undefined): boolean {
  if (current === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim() === current);
}

const stale = (state: string): Problem =>
  new Problem(
    412,
    'stale',
    `The condition of the request does not hold. ${state} Read it again and repeat the change.`,
  );
