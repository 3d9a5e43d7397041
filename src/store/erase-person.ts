import type { ClientSession } from 'mongodb';
import type { Identifier } from '../domain/events/event';
import { presentGroups } from '../domain/groups/group';
import { leaveAll } from '../domain/groups/leave-all';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import { eraseProfile, subjectsOf } from '../domain/privacy/erase-profile';
import type { OutboxWork } from '../domain/profiles/change-set';
import { idsOf } from '../domain/profiles/present';
import type { Profile } from '../domain/profiles/profile';
import { valueKey } from './identifier-key';
import type { Store } from './store';

/** Whom to erase: the person behind a profile or an identifier, or an identifier that nobody has yet. */
export type PersonRef = { readonly profile: ProfileId } | { readonly identifier: Identifier };

/** What of a person reaches further than the store. */
interface Buried {
  /** Audiences at destinations that the person was wished into at some time. */
  readonly pairs: readonly { readonly audience: string; readonly destination: string }[];
  /** Workflows of runs that ended. */
  readonly workflowIds: readonly string[];
}

/** What the transaction did, and what the steps after it look for. No personal data. */
export interface ErasedPerson extends Buried {
  /** Every id that anything about the person is filed under; none when nobody had the identifier. */
  readonly profiles: readonly ProfileId[];
  /** Of their identifiers, as tombstones are kept. */
  readonly keys: readonly string[];
  /** Of the bare values; see `valueKey`. */
  readonly values: readonly string[];
}

type ErasureStore = Omit<Store, 'impact'>;

/**
 * The one small transaction of an erasure: from its commit on the person is nobody, and no event brings them back. What is stored about
 * them elsewhere is removed after it, step by step. Answers nothing for a profile that never was.
 */
export async function erasePerson(
  store: ErasureStore,
  ws: WorkspaceId,
  ref: PersonRef,
  now: number,
  session: ClientSession,
): Promise<ErasedPerson | undefined> {
  const profile = await behind(store, ws, ref, session);
  if (!profile && 'profile' in ref) return undefined;
  const identifiers = identifiersOf(ref, profile);
  await store.identifiers.erase(ws, identifiers, now, session);
  const buried = profile && profile.erasedAt === undefined ? await bury(store, ws, profile, now, session) : nothingElse;
  const { masterKey } = store.connection;
  return {
    ...buried,
    profiles: profile ? idsOf(profile) : [],
    keys: identifiers.map((identifier) => store.identifiers.key(ws, identifier)),
    values: [...new Set(identifiers.map(({ value }) => valueKey(masterKey, ws, value)))],
  };
}

/**
 * Forgets somebody whom nobody can name, in the transaction of a retention: all is as after an erasure, but that identifiers are given
 * up and not barred, since a browser that comes again is somebody new. Answers nothing when the profile is not as it was read.
 */
export async function forgetProfile(
  store: ErasureStore,
  ws: WorkspaceId,
  { id, rev }: Pick<Profile, 'id' | 'rev'>,
  now: number,
  session: ClientSession,
): Promise<Buried | undefined> {
  const [profile] = await store.profiles.byIds(ws, [id], session);
  if (profile?.rev !== rev) return undefined;
  await store.identifiers.remove(ws, profile.identifiers, session);
  return bury(store, ws, profile, now, session);
}

/** What must be rung after that transaction: destinations take the person off, and runs notice that they ended. */
export function owedAfter([profile, ...lineage]: readonly ProfileId[], { pairs, workflowIds }: Buried): OutboxWork[] {
  const hasRuns = profile !== undefined && workflowIds.length > 0;
  return [
    ...pairs.map((pair) => ({ kind: 'sync' as const, ...pair })),
    ...(hasRuns ? [{ kind: 'wake' as const, profile, lineage, waitKeys: [] }] : []),
  ];
}

const nothingElse = { pairs: [], workflowIds: [] };

/** All that the person goes by; an identifier that nobody has, or that was erased before, by itself. */
function identifiersOf(ref: PersonRef, profile: Profile | undefined): Identifier[] {
  const known = profile?.identifiers.map(({ type, value }) => ({ type, value })) ?? [];
  return known.length === 0 && 'identifier' in ref ? [ref.identifier] : known;
}

async function behind(
  store: ErasureStore,
  ws: WorkspaceId,
  ref: PersonRef,
  session: ClientSession,
): Promise<Profile | undefined> {
  const id = 'profile' in ref ? ref.profile : await named(store, ws, ref.identifier, session);
  return id === undefined ? undefined : store.profiles.canonicalEver(ws, id, session);
}

/** Whoever has it, or what keeps the events that name it while it is in quarantine. */
const named = async (store: ErasureStore, ws: WorkspaceId, identifier: Identifier, session: ClientSession) =>
  (await store.identifiers.ownerOf(ws, identifier, session)) ??
  (await store.identifierNotes.keeperOf(ws, identifier, session));

async function bury(
  store: ErasureStore,
  ws: WorkspaceId,
  profile: Profile,
  now: number,
  session: ClientSession,
): Promise<Buried> {
  const ids = idsOf(profile);
  const attached = await store.attachments.listEver(ws, session);
  const rows = await store.syncMembers.ofPeople(ws, attached, ids, session);
  const pairs = attached
    .map(({ audience, destination }) => ({ audience, destination }))
    .filter((pair) => rows.some((row) => row.audience === pair.audience && row.destination === pair.destination));
  const enrollments = await store.enrollments.open(subjectsOf(ws, ids), now, session);
  const rulesetVersion = await store.workspaces.rulesetVersion(ws, session);
  const handedOver = await store.enrollments.ofActors(subjectsOf(ws, ids), session);
  const erased = eraseProfile({ profile, enrollments, handedOver, pairs, rulesetVersion, now });
  await store.profiles.write(ws, [{ profile: erased.profile, readRev: profile.rev }], session);
  await store.memberships.writeEdges(ws, erased.edges, session);
  const left = leaveAll(profile, await store.groups.read(ws, presentGroups(profile.groups), session));
  await store.groups.write(ws, left.groups, session);
  await store.groups.writeMembers(ws, left.members, session);
  // Whoever is left may be somebody else by it; the clock comes to that within seconds.
  await store.outbox.add(ws, left.work, now, session);
  await store.enrollments.write(ws, erased.enrollments, session);
  await store.syncMembers.setDesired(ws, erased.syncs, session);
  return { pairs, workflowIds: erased.enrollments.map(({ enrollment }) => enrollment.workflowId) };
}
