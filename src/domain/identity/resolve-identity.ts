import type { Identifier } from '../events/event';
import type { ProfileId } from '../ids';
import type { Profile } from '../profiles/profile';
import { profileLimits, untrustedLimits } from '../profiles/profile-limits';
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
 * unique type, from an untrusted source at most one known profile, and no more of both than a profile may have. One that does not
 * fit is dropped; the event stays.
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

interface Gain {
  /** Without those of a unique type. */
  readonly identifiers: number;
  /** Profiles, with those that they have absorbed. */
  readonly lineage: number;
}

/** Profiles and identifiers gathered so far for one event. */
class Group {
  readonly #profiles = new Map<ProfileId, Profile>();
  readonly #unique = new Map<string, string>();
  /** Names of those that nobody has. */
  readonly #fresh = new Set<string>();
  /** Without those of a unique type, of which there is one. */
  #count = 0;
  #lineage = 0;

  constructor(readonly isTrusted: boolean) {}

  admits(identifier: Identifier, owner: Profile | undefined): boolean {
    if (owner && this.#profiles.has(owner.id)) return true;
    const values = [identifier, ...(owner?.identifiers ?? [])].filter(({ type }) => isUniqueType(type));
    if (values.some(({ type, value }) => this.#holdsAnother(type, value))) return false;
    if (!this.#hasRoom(this.#gainOf(identifier, owner))) return false;
    if (!owner || this.isTrusted || !isKnown(owner)) return true;
    return ![...this.#profiles.values()].some(isKnown);
  }

  add(identifier: Identifier, owner: Profile | undefined): void {
    for (const { type, value } of [identifier, ...(owner?.identifiers ?? [])])
      if (isUniqueType(type) && !this.#unique.has(type)) this.#unique.set(type, value);
    const gain = this.#gainOf(identifier, owner);
    this.#count += gain.identifiers;
    this.#lineage += gain.lineage;
    if (owner) this.#profiles.set(owner.id, owner);
    else this.#fresh.add(identifierName(identifier));
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

  /** What the group grows by: nothing by what is in it. */
  #gainOf(identifier: Identifier, owner: Profile | undefined): Gain {
    const isIn = owner ? this.#profiles.has(owner.id) : this.#fresh.has(identifierName(identifier));
    if (isIn) return { identifiers: 0, lineage: 0 };
    const gained = (owner?.identifiers ?? [identifier]).filter(({ type }) => !isUniqueType(type));
    return { identifiers: gained.length, lineage: owner ? owner.lineage.length + 1 : 0 };
  }

  /** The rest is kept for trusted sources: anybody may send as many invented browsers under somebody's name as they like. */
  #hasRoom({ identifiers, lineage }: Gain): boolean {
    const most = this.isTrusted ? trustedRoom : untrustedLimits;
    if (identifiers > 0 && this.#count > 0 && this.#count + identifiers > most.identifiers) return false;
    // The one that stays is not absorbed.
    return lineage === 0 || this.#lineage === 0 || this.#lineage + lineage - 1 <= most.lineage;
  }

  #holdsAnother(type: string, value: string): boolean {
    const held = this.#unique.get(type);
    return held !== undefined && held !== value;
  }
}

/** A place is left for the one of a unique type. */
const trustedRoom = { identifiers: profileLimits.identifiers - 1, lineage: profileLimits.lineage };

function distinct(identifiers: readonly Identifier[]): Identifier[] {
  return [...new Map(identifiers.map((identifier) => [identifierName(identifier), identifier])).values()];
}
