import { z } from 'zod';
import type { Identifier } from '../../domain/events/event';
import { normaliseIdentifier } from '../../domain/identity/normalise';
import { profileId, type WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import type { Store } from '../../store/store';
import { notFound } from '../problem';

/** How a profile is named in paths and bodies: `prf_…` or `type:value`. */
export const ProfileRef = z.string().min(1).max(400);

/** The living profile behind `prf_…` or `type:value`; an absorbed one answers with its survivor. Throws 404. */
export async function findProfile(store: Store, ws: WorkspaceId, ref: string): Promise<Profile> {
  const profile = await lookUp(store, ws, ref);
  if (profile) return profile;
  throw isReference(ref)
    ? notFound('profile with this id or identifier')
    : notFound('profile behind this reference; write prf_… or type:value, such as user_id:u1');
}

const isReference = (ref: string): boolean => ref.startsWith('prf_') || readIdentifier(ref) !== undefined;

/** The identifier that `type:value` names, in the form that counts, whether or not anybody has it. */
export function readIdentifier(ref: string): Identifier | undefined {
  const colon = ref.indexOf(':');
  return normaliseIdentifier(ref.slice(0, colon), ref.slice(colon + 1));
}

async function lookUp(store: Store, ws: WorkspaceId, ref: string): Promise<Profile | undefined> {
  if (ref.startsWith('prf_')) return store.profiles.canonical(ws, profileId(ref));
  const identifier = readIdentifier(ref);
  const owner = identifier && (await store.identifiers.ownerOf(ws, identifier));
  return owner && store.profiles.canonical(ws, owner);
}

/** Profiles that `text` identifies: a reference, or the bare value of one. */
export async function searchProfiles(store: Store, ws: WorkspaceId, text: string): Promise<Profile[]> {
  const refs = [text, `user_id:${text}`, `email:${text}`, `phone:${text}`, `anonymous_id:${text}`];
  const found = await Promise.all(refs.map((ref) => lookUp(store, ws, ref)));
  return [...new Map(found.flatMap((profile) => (profile ? [[profile.id, profile] as const] : []))).values()];
}
