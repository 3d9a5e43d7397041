import { z } from 'zod';
import type { Identifier } from '../../domain/events/event';
import { TypeName } from '../../domain/identity/identifier-types.schema';
import { meaningsOf, noSuchType, usualTypes, type IdentifierTypes } from '../../domain/identity/workspace-types';
import { profileId, type ProfileId, type WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import type { Store } from '../../store/store';
import { notFound } from '../problem';

/** How a profile is named in paths and bodies: `prf_…` or `type:value`. */
export const ProfileRef = z.string().min(1).max(400);

type Reading = Pick<Store, 'identifiers' | 'workspaces'>;

/** The living profile behind `prf_…` or `type:value`; an absorbed one answers with its survivor. Throws 404. */
export async function findProfile(store: Store, ws: WorkspaceId, ref: string): Promise<Profile> {
  if (ref.startsWith('prf_')) return found(await store.profiles.canonical(ws, profileId(ref)));
  const { types, owner } = await readOwner(store, ws, ref);
  if (!owner && !isReference(types, ref)) throw notFound(`profile behind this reference; ${howToRefer(types, ref)}`);
  return found(owner && (await store.profiles.canonical(ws, owner)));
}

/** Most workspaces have the usual types: whom a reference means by these is asked together with the types. */
async function readOwner(store: Store, ws: WorkspaceId, ref: string) {
  const ownersBy = (types: IdentifierTypes) => ownersOf(store, ws, meaningsOf(types, ...partsOf(ref)));
  const [types, usual] = await Promise.all([store.workspaces.identifierTypes(ws), ownersBy(usualTypes)]);
  const [owner] = types === usualTypes ? usual : await ownersBy(types);
  return { types, owner };
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
