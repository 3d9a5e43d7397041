import { propertiesRead } from '../domain/audiences/behaviour/properties-read';
import { effectiveAt, toRuleEvent, type Event, type Identifier } from '../domain/events/event';
import { grouped } from '../domain/grouped';
import { groupName, type GroupRef } from '../domain/groups/group';
import { identifierName } from '../domain/identity/identifier-types';
import type { IdentifierNote } from '../domain/identity/quarantine';
import { householdSubject, profileId, subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import {
  edgeName,
  historyName,
  type EdgeRead,
  type FoldInput,
  type GroupRead,
  type Needs,
  type StoredEvents,
} from '../domain/profiles/fold/fold-input';
import { groupsNamed } from '../domain/profiles/fold/fold-groups';
import type { Profile } from '../domain/profiles/profile';
import type { SeenEvent } from '../store/seen-event';
import type { Store } from '../store/store';

/** What a fold is told about the world as it was read; the writes are guarded by it. */
export type FoldRead = Pick<
  FoldInput,
  'events' | 'profiles' | 'owners' | 'erased' | 'notes' | 'groups' | 'enrollments' | 'suppressions' | 'unmerge'
>;

export const nothingStored: StoredEvents = { histories: new Map(), edges: new Map(), groups: new Map() };

/** Reads what a batch of events may touch: the owners of their identifiers, and those people's open enrollments. */
export async function readForEvents(
  store: Store,
  ws: WorkspaceId,
  events: readonly Event[],
  now: number,
): Promise<FoldRead> {
  const names = new Map(events.flatMap((event) => event.identifiers).map((one) => [identifierName(one), one]));
  const keys = new Map([...names].map(([name, identifier]) => [name, store.identifiers.key(ws, identifier)]));
  const stored = await store.identifiers.read([...new Set(keys.values())]);
  const keepers = [...stored.notes.values()].flatMap(({ quarantine }) => quarantine?.keeper ?? []);
  const living = await store.profiles.canonicalOf(ws, [...new Set([...stored.owners.values(), ...keepers])]);
  const owners = new Map<string, ProfileId>();
  const erased = new Map<string, number>();
  const notes = new Map<string, IdentifierNote>();
  for (const [name, key] of keys) {
    const owner = stored.owners.get(key);
    const profile = owner === undefined ? undefined : living.get(owner);
    if (profile) owners.set(name, profile.id);
    const erasedAt = stored.erased.get(key);
    if (erasedAt !== undefined) erased.set(name, erasedAt);
    const note = stored.notes.get(key);
    if (note) notes.set(name, note);
  }
  const profiles = distinct([...living.values()]);
  const suppressions = await readSuppressions(store, ws, [...names.values(), ...identifiersOf(profiles)]);
  const groups = await readGroups(store, ws, groupsNamed(events, profiles), now);
  const enrollments = await openEnrollments(store, ws, profiles, now);
  return { events, profiles, owners, erased, notes, suppressions, groups, enrollments };
}

/**
 * Reads profiles that time or a definition may move. Absorbed and erased ones are left out, and so are, for the clock, people with live events
 * that wait for the intake: what they did before their time ran out decides first.
 */
export async function readForTime(
  store: Store,
  ws: WorkspaceId,
  ids: readonly ProfileId[],
  now: number,
  leaveOut: 'none' | 'pending',
): Promise<FoldRead> {
  const found = await store.profiles.byIds(ws, ids);
  const living = found.filter(({ mergedInto, erasedAt }) => mergedInto === undefined && erasedAt === undefined);
  const profiles = leaveOut === 'none' ? living : await withoutPending(store, ws, living);
  const suppressions = await readSuppressions(store, ws, identifiersOf(profiles));
  const groups = await readGroups(store, ws, groupsNamed([], profiles), now);
  const enrollments = await openEnrollments(store, ws, profiles, now);
  const none = {
    events: [],
    owners: new Map<string, ProfileId>(),
    erased: new Map<string, number>(),
    notes: new Map<string, IdentifierNote>(),
  };
  return { ...none, profiles, suppressions, groups, enrollments };
}

const identifiersOf = (profiles: readonly Profile[]): Identifier[] =>
  profiles.flatMap(({ identifiers }) => identifiers);

/** Read after the profiles: a list that changes later raises their revision, and the write is refused. */
async function readSuppressions(
  store: Store,
  ws: WorkspaceId,
  identifiers: readonly Identifier[],
): Promise<FoldRead['suppressions']> {
  if (identifiers.length === 0 || !(await store.suppressions.hasAny(ws))) return new Map();
  return store.suppressions.check(ws, identifiers);
}

async function withoutPending(store: Store, ws: WorkspaceId, profiles: readonly Profile[]): Promise<Profile[]> {
  const keysOf = (profile: Profile): string[] =>
    profile.identifiers.map((identifier) => store.identifiers.key(ws, identifier));
  const pending = await store.events.pendingAmong(profiles.flatMap(keysOf));
  return pending.size === 0
    ? [...profiles]
    : profiles.filter((profile) => !keysOf(profile).some((key) => pending.has(key)));
}

/**
 * Groups, then the runs that were begun for them: whoever begins another writes its group, so that a fold which has not seen that run is
 * refused.
 */
async function readGroups(
  store: Store,
  ws: WorkspaceId,
  refs: readonly GroupRef[],
  now: number,
): Promise<Map<string, GroupRead>> {
  if (refs.length === 0) return new Map();
  const groups = new Map((await store.groups.read(ws, refs)).map((group) => [groupName(group), group]));
  // One that is not there may have been, and been entered.
  const entered = refs.filter((ref) => ref.type === 'household' && groups.get(groupName(ref))?.entries !== 0);
  const runs = await store.enrollments.openOfHouseholds(
    entered.map(({ key }) => householdSubject(ws, key)),
    now,
  );
  return new Map(
    refs.map((ref) => {
      const ofThis = runs.filter(({ household }) => ref.type === 'household' && household?.key === ref.key);
      return [groupName(ref), { group: groups.get(groupName(ref)), enrollments: ofThis }];
    }),
  );
}

type Stored = Pick<Event, 'messageId' | 'name' | 'occurredAt' | 'receivedAt' | 'properties'>;

/** Adds the stored events and groups that a fold asked for. */
export async function readNeeds(
  store: Store,
  { ws, ruleset, now, unmerge }: Pick<FoldInput, 'ws' | 'ruleset' | 'now' | 'unmerge'>,
  have: StoredEvents,
  needs: Needs,
): Promise<StoredEvents> {
  const histories = new Map(have.histories);
  const isNamed = ({ name }: Stored): boolean => ruleset.eventNames?.includes(name) ?? true;
  const byPerson = await historiesOf(store, ws, needs.histories, ruleset.eventNames);
  for (const read of needs.histories) {
    const events = byPerson(read.ids);
    histories.set(historyName(read), dividedAmong(read.ids, events, unmerge, isNamed).map(toRuleEvent));
  }
  const edges = new Map(have.edges);
  for (const reads of grouped(needs.edges, (read) => `${historyName(read)}|${read.key}`).values()) {
    const read = together(reads);
    const condition = ruleset.conditions.get(read.key);
    const events = await store.events.between(ws, read.ids, read, condition && propertiesRead(condition));
    const isAsked = (event: Stored): boolean => {
      const at = effectiveAt(event);
      return (read.events.includes('*') || read.events.includes(event.name)) && at >= read.from && at < read.to;
    };
    const found = dividedAmong(read.ids, events, unmerge, isAsked).map(toRuleEvent);
    for (const one of reads) edges.set(edgeName(one), found);
  }
  const groups = new Map([...have.groups, ...(await readGroups(store, ws, needs.groups, now))]);
  return { histories, edges, groups };
}

/** Everybody's in one question: a back-fill asks for those of many. */
async function historiesOf(
  store: Store,
  ws: WorkspaceId,
  reads: Needs['histories'],
  names: readonly string[] | undefined,
): Promise<(ids: readonly ProfileId[]) => SeenEvent[]> {
  const ids = [...new Set(reads.flatMap((read) => read.ids))];
  const events = ids.length === 0 ? [] : await store.events.history(ws, ids, names);
  const filed = grouped(events, ({ profile }) => profile);
  return (asked) => asked.flatMap((id) => filed.get(id) ?? []).sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}

/** Each event of a batch may move the range of its condition a little. More than one asks for does no harm; reading it all as often would. */
const together = (reads: readonly EdgeRead[]): EdgeRead => ({
  ...(reads[0] as EdgeRead),
  from: Math.min(...reads.map(({ from }) => from)),
  to: Math.max(...reads.map(({ to }) => to)),
});

/** Stored events as they will be filed once a merge is taken back: whoever only asks what that would change has moved none. */
function dividedAmong(
  ids: readonly ProfileId[],
  events: readonly Stored[],
  unmerge: FoldInput['unmerge'],
  isAsked: (event: Stored) => boolean,
): readonly Stored[] {
  if (!unmerge) return events;
  const { merge, division } = unmerge;
  const isMine = new Set(division.mine.map(({ messageId }) => messageId));
  const others = events.filter(({ messageId }) => !isMine.has(messageId));
  return ids.includes(merge.absorbed) ? [...others, ...division.mine.filter(isAsked)] : others;
}

async function openEnrollments(
  store: Store,
  ws: WorkspaceId,
  profiles: readonly Profile[],
  now: number,
): Promise<FoldRead['enrollments']> {
  const subjects = profiles.filter((profile) => profile.hasEnrollments).map((profile) => subjectOf(ws, profile.id));
  return subjects.length === 0 ? [] : store.enrollments.open(subjects, now);
}

function distinct(profiles: readonly Profile[]): Profile[] {
  return [...new Map(profiles.map((profile) => [profileId(profile.id), profile])).values()];
}
