import { randomUUID } from 'node:crypto';
import { profileId, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { FoldInput, FoldOutcome, StoredEvents } from '../domain/profiles/fold/fold-input';
import type { Ruleset } from '../domain/profiles/ruleset';
import { enrollmentKey, ruleMadeKey } from '../store/identifier-key';
import type { Store } from '../store/store';
import { nothingStored, readNeeds, type FoldRead } from './read-fold-input';

/** Each merge in a batch may ask for the history of who came out of it: a fold reads as often as it asks for something new. */
const countOf = ({ histories, edges, groups }: StoredEvents): number => histories.size + edges.size + groups.size;

/** Folds what was read, reading what the fold finds missing, to its end. Writes nothing. */
export async function foldThrough(
  store: Store,
  { ws, now, ruleset }: { readonly ws: WorkspaceId; readonly now: number; readonly ruleset: Ruleset },
  read: FoldRead,
  fold: (input: FoldInput) => FoldOutcome,
): Promise<Extract<FoldOutcome, { done: true }>> {
  const makeEnrollmentId: FoldInput['makeEnrollmentId'] = (...parts) =>
    enrollmentKey(store.connection.masterKey, ws, ...parts);
  const makeGroupKey: FoldInput['makeGroupKey'] = (of) => ruleMadeKey(store.connection.masterKey, ws, of);
  let stored = nothingStored;
  for (;;) {
    const makeProfileId = (): ProfileId => profileId(`prf_${randomUUID().replaceAll('-', '')}`);
    const outcome = fold({ ws, now, ruleset, ...read, stored, makeProfileId, makeEnrollmentId, makeGroupKey });
    if (outcome.done) return outcome;
    const more = await readNeeds(store, { ws, ruleset, now, unmerge: read.unmerge }, stored, outcome.needs);
    if (countOf(more) === countOf(stored)) throw new Error('A fold asks for stored events that it has.');
    stored = more;
  }
}
