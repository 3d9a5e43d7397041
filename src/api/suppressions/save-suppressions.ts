import type { ClientSession } from 'mongodb';
import type { Suppression } from '../../domain/consent/suppression';
import type { Identifier } from '../../domain/events/event';
import { noSuchType } from '../../domain/identity/workspace-types';
import { idsOf } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import type { SuppressionDoc } from '../../store/suppressions';
import { notFound } from '../problem';
import { findProfile, readIdentifier } from '../profiles/find-profile';
import type { KeyCall } from '../route';
import { transact } from '../transact';
import { waitUntil } from '../wait-until';

type Entry = Pick<Suppression, 'scope' | 'reason'> & { readonly expiresAt?: number | undefined };

export interface IdentifiedEntry extends Entry {
  readonly identifier: Identifier;
}

/** The identifier a reference names, known or not; of a profile every one it has. Throws 404. */
export async function identifiersOf({ deps, ws }: KeyCall, ref: string): Promise<readonly Identifier[]> {
  if (ref.startsWith('prf_')) return (await findProfile(deps.store, ws, ref)).identifiers;
  const identifier = await readIdentifier(deps.store, ws, ref);
  if (!identifier) throw notFound('identifier of this form; write type:value, such as email:a@b.example');
  return [identifier];
}

/** What is on the list about a reference. Throws 404. */
export async function findAbout(call: KeyCall, ref: string): Promise<SuppressionDoc[]> {
  const { deps, ws } = call;
  if (!ref.startsWith('sup_')) return deps.store.suppressions.about(ws, await identifiersOf(call, ref));
  const one = await deps.store.suppressions.byId(ws, ref);
  if (!one) throw notFound('such suppression');
  return [one];
}

/**
 * Adds entries, and has whatever they bar at destinations taken off by the clock. Waits a few seconds for attempts to deliver that had
 * begun before; answers how many of those still go on. What begins later reads the list.
 */
export async function suppress(call: KeyCall, entries: readonly IdentifiedEntry[]): Promise<number> {
  const { deps, ws, now, principal } = call;
  const keys = entries.map(({ identifier }) => deps.store.identifiers.key(ws, identifier));
  const known = await transact(deps, async (session) => {
    const list = entries.map(({ expiresAt, ...entry }) => ({
      ...entry,
      ...(expiresAt !== undefined && { expiresAt }),
      at: now,
      source: principal.source,
    }));
    await deps.store.suppressions.save(ws, list, session);
    return makeDue(call, await ownersOf(call, keys, session), session);
  });
  // Who gets the address from now on is asked about.
  const late = await makeLateDue(call, keys, known);
  const people = [...known, ...late].flatMap(idsOf);
  return waitUntil(
    () => deps.store.enrollments.sendingTo(ws, [...new Set(people)]),
    (count) => count === 0,
  );
}

/** Adds those that name an identifier; the others are answered with their index. */
export async function bulkSuppress(call: KeyCall, entries: readonly IdentifiedEntry[]) {
  const types = await call.deps.store.workspaces.identifierTypes(call.ws);
  const read = entries.map(({ identifier: { type, value }, ...entry }) => {
    const identifier = types.normalise(type, value);
    if (identifier) return { ...entry, identifier };
    return { message: types.has(type) ? notAnIdentifier : noSuchType(types) };
  });
  const rejected = read.flatMap((entry, index) => ('message' in entry ? [{ index, message: entry.message }] : []));
  const accepted = read.flatMap((entry) => ('message' in entry ? [] : [entry]));
  const sending = await suppress(call, accepted);
  return { saved: accepted.length, rejected, ...(sending > 0 && { sending }) };
}

const notAnIdentifier = 'No such value can be an identifier of its type; write it as text, and no placeholder.';

/** Takes entries off the list. What they barred comes back by itself. */
export async function release(call: KeyCall, docs: readonly SuppressionDoc[]): Promise<void> {
  const keys = docs.map(({ identifier }) => identifier);
  const known = await transact(call.deps, async (session) => {
    await call.deps.store.suppressions.remove(docs, session);
    return makeDue(call, await ownersOf(call, keys, session), session);
  });
  await makeLateDue(call, keys, known);
}

async function ownersOf(
  { deps: { store }, ws }: KeyCall,
  keys: readonly string[],
  session?: ClientSession,
): Promise<Profile[]> {
  const { owners } = await store.identifiers.read(keys, session);
  return [...new Set((await store.profiles.canonicalOf(ws, [...owners.values()], session)).values())];
}

/** Has it look at those, too, who have got an address meanwhile, by a writer who could not see yet that the list has changed. */
async function makeLateDue(
  call: KeyCall,
  keys: readonly string[],
  known: readonly Profile[],
): Promise<readonly Profile[]> {
  const owners = await ownersOf(call, keys);
  const late = owners.filter(({ id }) => !known.some((one) => one.id === id));
  if (late.length > 0) await transact(call.deps, (session) => makeDue(call, late, session));
  return late;
}

/** Has the clock look at these people; answers them. */
async function makeDue(
  { deps: { store }, ws, now }: KeyCall,
  people: readonly Profile[],
  session: ClientSession,
): Promise<readonly Profile[]> {
  const ids = new Set(people.map(({ id }) => id));
  await store.profiles.makeDue(ws, [...ids], now, session);
  return people;
}
