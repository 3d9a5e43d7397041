import { identifierName } from '../../src/domain/identity/identifier-types';
import type { WorkspaceId } from '../../src/domain/ids';
import { idsOf } from '../../src/domain/profiles/present';
import type { Profile } from '../../src/domain/profiles/profile';
import type { EventDoc } from '../../src/store/documents';
import type { MergeDoc } from '../../src/store/merges';
import type { Store } from '../../src/store/store';

const documents = <Doc extends object>({ connection }: Store, ws: WorkspaceId, collection: string): Promise<Doc[]> =>
  connection.db.collection(collection).find<Doc>({ ws }).toArray();

/** Who is who in a workspace, with what is true of them and their history: the same wherever the same has happened. */
export async function graphOf(store: Store, ws: WorkspaceId) {
  const [living, events] = await Promise.all([
    store.profiles.page(ws, 10_000),
    documents<EventDoc>(store, ws, 'events'),
  ]);
  const statedIn = (facts: Profile['traits'] | Profile['consent']) =>
    Object.entries(facts)
      .map(([name, fact]) => `${name} ${fact.at} ${JSON.stringify('status' in fact ? fact.status : fact.value)}`)
      .sort();
  const people = living.map((profile) => {
    const ids = new Set(idsOf(profile));
    const theirs = events.filter(({ profile: id }) => id !== undefined && ids.has(id));
    return {
      names: profile.identifiers.map(identifierName).sort(),
      createdAt: profile.createdAt,
      traits: statedIn(profile.traits),
      consent: statedIn(profile.consent),
      audiences: Object.keys(profile.memberships).sort(),
      events: theirs.map(({ messageId }) => messageId).sort(),
    };
  });
  return people.sort((one, other) => ((one.names[0] ?? '') < (other.names[0] ?? '') ? -1 : 1));
}

/** What no graph may be: an event lost or numbered twice, an identifier with another owner than whoever lists it, a merge without its line. */
export async function expectSound(store: Store, ws: WorkspaceId): Promise<void> {
  const [events, owners, merges, stays, rows] = await Promise.all([
    documents<EventDoc>(store, ws, 'events'),
    documents<{ _id: string; profile: string }>(store, ws, 'identifiers'),
    documents<MergeDoc>(store, ws, 'merges'),
    documents<{ profile: string; audience: string; exitedAt?: number }>(store, ws, 'memberships'),
    documents<Pick<Profile, 'id' | 'mergedInto'>>(store, ws, 'profiles'),
  ]);
  const living = await store.profiles.page(ws, 10_000);
  expect(events.filter(({ state }) => state !== 'applied').map(({ messageId, state }) => [messageId, state])).toEqual(
    [],
  );
  expect(new Set(events.map(({ profile, seq }) => `${profile} ${seq}`)).size).toBe(events.length);

  const listed = living.flatMap(({ id, identifiers }) =>
    identifiers.map((one) => `${store.identifiers.key(ws, one)} ${id}`),
  );
  expect(owners.map(({ _id, profile }) => `${_id} ${profile}`).sort()).toEqual(listed.sort());

  const absorbed = rows.flatMap(({ id, mergedInto }) => (mergedInto === undefined ? [] : [id]));
  const standing = merges.filter(({ undone }) => undone === undefined);
  expect(standing.map((merge) => merge.absorbed).sort()).toEqual([...absorbed].sort());
  expect(living.flatMap(({ lineage }) => lineage).sort()).toEqual([...absorbed].sort());
  const livingIds = new Set(living.map(({ id }) => id));
  expect(rows.filter(({ mergedInto }) => mergedInto !== undefined && !livingIds.has(mergedInto))).toEqual([]);

  const held = living.flatMap(({ id, memberships }) => Object.keys(memberships).map((key) => `${id} ${key}`));
  const open = stays.filter(({ exitedAt }) => exitedAt === undefined);
  expect(open.map(({ profile, audience }) => `${profile} ${audience}`).sort()).toEqual(held.sort());
}
