import { z } from 'zod';
import type { Identifier } from '../../domain/events/event';
import { TypeName } from '../../domain/identity/identifier-types.schema';
import { meaningsOf, noSuchType, usualTypes, type IdentifierTypes } from '../../domain/identity/workspace-types';
import { profileId, type ProfileId, type WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import { asServed } from '../../folding/as-served';
import type { Store } from '../../store/store';
import { notFound } from '../problem';

/** How a profile is named in paths and bodies: `prf_…` or `type:value`. */
export const ProfileRef = z.string().min(1).max(400);

type Reading = Pick<Store, 'identifiers' | 'workspaces'>;

/** The living profile behind `prf_…` or `type:value`; an absorbed one answers with its survivor. Throws 404. */
export async function findProfile(store: Store, ws: WorkspaceId, ref: string): Promise<Profile> {
  if (ref.startsWith('prf_')) return asServed(store, ws, found(await store.profiles.canonical(ws, profileId(ref))));
  const { types, owner } = await readOwner(store, ws, ref);
  if (!owner && !isReference(types, ref)) throw notFound(`profile behind this reference; ${howToRefer(types, ref)}`);
  return asServed(store, ws, found(owner && (await store.profiles.canonical(ws, owner))));
}

/** Most workspaces have the usual types: whom a reference means by these is asked together with the types. */
async function readOwner(store: Store, ws: WorkspaceId, ref: string) {
  const ownersBy = (types: IdentifierTypes) => ownersOf(store, ws, meaningsOf(types, ...partsOf(ref)));
  const [types, usual] = await Promise.all([store.workspaces.identifierTypes(ws), ownersBy(usualTypes)]);
  const [owner] = types === usualTypes ? usual : await ownersBy(types);
  return { types, owner };
}

/** Somebody whom a reference names, and what it names them by. */
export interface Named {
  readonly profile: Profile;
  /** Absent where the reference is an id. */
  readonly by?: Identifier;
}

/** Like `findProfile` for many at once, by reference; whom a reference does not name is not among them. */
export async function findProfiles(
  store: Store,
  ws: WorkspaceId,
  refs: readonly string[],
): Promise<ReadonlyMap<string, Named>> {
  const types = await store.workspaces.identifierTypes(ws);
  const meant = refs.flatMap((ref) =>
    ref.startsWith('prf_') ? [] : meaningsOf(types, ...partsOf(ref)).map((by) => ({ ref, by })),
  );
  const keyOf = (by: Identifier): string => store.identifiers.key(ws, by);
  const { owners } = await store.identifiers.read([...new Set(meant.map(({ by }) => keyOf(by)))]);
  const named = new Map<string, { readonly id: ProfileId; readonly by?: Identifier }>();
  for (const ref of refs) if (ref.startsWith('prf_')) named.set(ref, { id: profileId(ref) });
  for (const { ref, by } of meant) {
    const id = owners.get(keyOf(by));
    if (id !== undefined && !named.has(ref)) named.set(ref, { id, by });
  }
  const people = await store.profiles.canonicalOf(
    ws,
    [...named.values()].map(({ id }) => id),
  );
  return new Map(
    [...named].flatMap(([ref, { id, by }]) => {
      const profile = people.get(id);
      return profile ? [[ref, { profile, ...(by && { by }) }] as const] : [];
    }),
  );
}

function found(profile: Profile | undefined): Profile {
  if (!profile) throw notFound('profile with this id or identifier');
  return profile;
}

const isReference = (types: IdentifierTypes, ref: string): boolean => types.normalise(...partsOf(ref)) !== undefined;

/** What is wrong with a reference that is none. */
function howToRefer(types: IdentifierTypes, ref: string): string {
  const [type] = partsOf(ref);
  const isNoType = TypeName.safeParse(type).success && !types.has(type);
  return `write prf_… or type:value, such as user_id:u1${isNoType ? `. ${noSuchType(types).replace(/\.$/, '')}` : ''}`;
}

/**
 * The identifier that `type:value` names, whether or not anybody has it: in the form that counts, but as it is written where somebody has
 * that one from before the form was said, and nobody the other.
 */
export async function readIdentifier(store: Reading, ws: WorkspaceId, ref: string): Promise<Identifier | undefined> {
  const types = await store.workspaces.identifierTypes(ws);
  const meanings = meaningsOf(types, ...partsOf(ref));
  const { owners } = await store.identifiers.read(meanings.map((one) => store.identifiers.key(ws, one)));
  const owned = meanings.find((one) => owners.has(store.identifiers.key(ws, one)));
  return owned ?? types.normalise(...partsOf(ref));
}

function partsOf(ref: string): [type: string, value: string] {
  const colon = ref.indexOf(':');
  return [ref.slice(0, colon), ref.slice(colon + 1)];
}

/** Who has these, in their order. */
async function ownersOf(store: Reading, ws: WorkspaceId, identifiers: readonly Identifier[]): Promise<ProfileId[]> {
  const keys = identifiers.map((identifier) => store.identifiers.key(ws, identifier));
  const { owners } = await store.identifiers.read(keys);
  return keys.flatMap((key) => owners.get(key) ?? []);
}

/** Profiles that `text` identifies: a reference, or the bare value of one. */
export async function searchProfiles(store: Store, ws: WorkspaceId, text: string): Promise<Profile[]> {
  const types = await store.workspaces.identifierTypes(ws);
  const named = [meaningsOf(types, ...partsOf(text)), ...types.names.map((type) => meaningsOf(types, type, text))];
  const ids = [...(text.startsWith('prf_') ? [profileId(text)] : []), ...(await ownersOf(store, ws, named.flat()))];
  const people = await Promise.all(ids.map((id) => store.profiles.canonical(ws, id)));
  return [...new Map(people.flatMap((profile) => (profile ? [[profile.id, profile] as const] : []))).values()];
}
