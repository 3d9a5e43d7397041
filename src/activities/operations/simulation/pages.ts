import type { WorkspaceId } from '../../../domain/ids';
import { idAt } from '../../../domain/profiles/id-ranges';
import { profileId } from '../../../domain/ids';
import type { Profile } from '../../../domain/profiles/profile';
import { shareOf } from '../../../domain/share';
import type { Store } from '../../../store/store';

/** Where the next page begins: after an id, or at a number of a sample's pieces. */
export interface Place {
  readonly after?: string | undefined;
  readonly piece: number;
}

/** Whom to look at, of how many there are about. */
export interface Sample {
  readonly total: number;
  readonly people: number;
  readonly seed: string;
}

export interface PeoplePage {
  readonly living: readonly Profile[];
  /** Documents that were read. */
  readonly read: number;
  readonly next?: Place;
}

const mostPerPage = 50;

/**
 * The next people: everybody in the order of their ids, or of more than are asked for those that follow an id of chance, which ids are
 * themselves.
 */
export async function nextPeople(
  { profiles }: Pick<Store, 'profiles'>,
  ws: WorkspaceId,
  { total, people, seed }: Sample,
  { after, piece }: Place,
): Promise<PeoplePage> {
  const perPage = Math.min(mostPerPage, people);
  if (total <= people) {
    const living = await profiles.page(ws, perPage, after === undefined ? undefined : profileId(after));
    const last = living.at(-1)?.id;
    return { living, read: living.length, ...(living.length === perPage && { next: { after: last, piece } }) };
  }
  const width = perPage / total;
  const pieces = Math.ceil(people / perPage);
  const from = shareOf(seed) * Math.max(0, 1 - pieces * width) + piece * width;
  const page = await profiles.between(ws, idAt(from), idAt(from + width));
  return { ...page, ...(piece + 1 < pieces && { next: { piece: piece + 1 } }) };
}
