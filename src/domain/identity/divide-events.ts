import type { Event, Identifier } from '../events/event';
import { identifierName } from './identifier-types';
import type { IdentityRules } from './identity-rules';

/** Two people who were taken for one: what the absorbed was known by, and what the one profile is known by now. */
export interface Merged {
  readonly absorbed: readonly Identifier[];
  readonly present: readonly Identifier[];
  /** Which event brought an identifier, by `identifierName`. */
  readonly broughtBy: ReadonlyMap<string, string>;
}

/** Whose what came after the merge is. */
export interface Division<Of> {
  readonly mine: readonly Of[];
  readonly rest: readonly Of[];
  /** What the absorbed is known by from now on, by `identifierName`: what it had, and what its events have brought since. */
  readonly identifiers: ReadonlySet<string>;
}

/**
 * Divides events that came after a merge, oldest first: each belongs to whom its strongest identifier names that either had by then, as
 * it would have had they never merged; to the survivor where none does, or one of the same type names either. What an event brought goes
 * with it.
 */
export function divideEvents<Of extends Pick<Event, 'messageId' | 'identifiers'>>(
  events: readonly Of[],
  { absorbed, present, broughtBy }: Merged,
  rules: Pick<IdentityRules, 'rankOf'>,
): Division<Of> {
  const brought = new Set(events.map(({ messageId }) => messageId));
  const mineByThen = new Set(absorbed.map(identifierName));
  const isOld = (name: string): boolean => !mineByThen.has(name) && !brought.has(broughtBy.get(name) ?? '');
  const theirsByThen = new Set(present.map(identifierName).filter(isOld));
  const rankOf = ({ type, name }: { type: string; name: string }): number =>
    rules.rankOf(type) * 2 + (theirsByThen.has(name) ? 0 : 1);
  const mine: Of[] = [];
  const rest: Of[] = [];
  for (const event of events) {
    const named = event.identifiers.map((one) => ({ type: one.type, name: identifierName(one) }));
    const names = named.sort((one, other) => rankOf(one) - rankOf(other)).map(({ name }) => name);
    const decides = names.find((name) => mineByThen.has(name) || theirsByThen.has(name));
    const isMine = decides !== undefined && mineByThen.has(decides);
    (isMine ? mine : rest).push(event);
    for (const name of names)
      if (broughtBy.get(name) === event.messageId) (isMine ? mineByThen : theirsByThen).add(name);
  }
  return { mine, rest, identifiers: mineByThen };
}
