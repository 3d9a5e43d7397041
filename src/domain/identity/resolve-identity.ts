import type { Identifier } from '../events/event';
import type { ProfileId } from '../ids';
import type { Profile } from '../profiles/profile';
import { byStrength, identifierName, isKnownType, isUniqueType } from './identifier-types';

/** What one event's identifiers say about who it belongs to. `blocked` lists identifiers dropped from the event by a protection. */
export interface Resolution {
  readonly outcome: 'created' | 'attached' | 'merged';
  /** The profile that takes the event; absent when one must be created. */
  readonly survivor?: ProfileId;
  /** Profiles that the survivor absorbs, in a fixed order. */
  readonly absorbed: readonly ProfileId[];
  /** Identifiers the profile gains. */
  readonly attach: readonly Identifier[];
  readonly blocked: readonly Identifier[];
}

export interface ResolutionContext {
  /** Owner of an identifier, as a living profile. */
  owner(identifier: Identifier): Profile | undefined;
  /** From a secret key: may merge two known profiles. */
  readonly isTrusted: boolean;
}

/** Known before anonymous, then older, then the smaller id: a total order, so that concurrent merges choose the same survivor. */
export function bySeniority(a: Profile, b: Profile): number {
  const known = Number(isKnown(b)) - Number(isKnown(a));
  if (known !== 0) return known;
  return a.createdAt !== b.createdAt ? a.createdAt - b.createdAt : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export const isKnown = (profile: Pick<Profile, 'identifiers'>): boolean =>
  profile.identifiers.some(({ type }) => isKnownType(type));

/**
 * Decides by the strongest identifier first. Each weaker one joins only while the group stays one person: at most one value of a
 * unique type, and from an untrusted source at most one known profile. One that does not fit is dropped; the event stays.
 */
export function resolveIdentity(identifiers: readonly Identifier[], context: ResolutionContext): Resolution {
  const group = new Group(context.isTrusted);
  const attach: Identifier[] = [];
  const blocked: Identifier[] = [];
  for (const identifier of [...identifiers].sort(byStrength)) {
    const owner = context.owner(identifier);
    if (!group.admits(identifier, owner)) blocked.push(identifier);
    else {
      group.add(identifier, owner);
      if (!owner) attach.push(identifier);
    }
  }
  return { ...group.outcome(), attach: distinct(attach), blocked };
}

/** Profiles and unique values gathered so far for one event. */
class Group {
  readonly #profiles = new Map<ProfileId, Profile>();
  readonly #unique = new Map<string, string>();

  constructor(readonly isTrusted: boolean) {}

  admits(identifier: Identifier, owner: Profile | undefined): boolean {
    if (owner && this.#profiles.has(owner.id)) return true;
    const values = [identifier, ...(owner?.identifiers ?? [])].filter(({ type }) => isUniqueType(type));
    if (values.some(({ type, value }) => this.#holdsAnother(type, value))) return false;
    if (!owner || this.isTrusted || !isKnown(owner)) return true;
    return ![...this.#profiles.values()].some(isKnown);
  }

  add(identifier: Identifier, owner: Profile | undefined): void {
    for (const { type, value } of [identifier, ...(owner?.identifiers ?? [])])
      if (isUniqueType(type) && !this.#unique.has(type)) this.#unique.set(type, value);
    if (owner) this.#profiles.set(owner.id, owner);
  }

  outcome(): Pick<Resolution, 'outcome' | 'survivor' | 'absorbed'> {
    const [survivor, ...absorbed] = [...this.#profiles.values()].sort(bySeniority);
    if (!survivor) return { outcome: 'created', absorbed: [] };
    return {
      outcome: absorbed.length > 0 ? 'merged' : 'attached',
      survivor: survivor.id,
      absorbed: absorbed.map((profile) => profile.id),
    };
  }

  #holdsAnother(type: string, value: string): boolean {
    const held = this.#unique.get(type);
    return held !== undefined && held !== value;
  }
}

function distinct(identifiers: readonly Identifier[]): Identifier[] {
  return [...new Map(identifiers.map((identifier) => [identifierName(identifier), identifier])).values()];
}
