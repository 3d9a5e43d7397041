import type { Identifier } from '../events/event';
import { groupLimits } from '../groups/group';
import { countUnited } from '../groups/memberships';
import type { ProfileId } from '../ids';
import type { KnownIdentifier, Profile } from '../profiles/profile';
import { idsOf } from '../profiles/present';
import { profileLimits, untrustedLimits } from '../profiles/profile-limits';
import { identifierName } from './identifier-types';
import { isUnverified, waysAround, type TakenIdentifier, type Way } from './identity-claims';
import { byStrength, type IdentityRules } from './identity-rules';

/**
 * Why an identifier is dropped from an event. `unique`: it would give the person a second value of a type of which there is one ·
 * `limit`: more of its type than the workspace's policy allows · `untrusted`: an untrusted source would tie two known people together ·
 * `full`: more identifiers, absorbed profiles or groups than any profile has · `apart`: somebody has said that the two are not one person ·
 * `shared`: it is a device's that several people use, and the event names somebody else · `quarantined`: it came with too many people, or
 * somebody asked for it (see `quarantine`) · `unverified`: no drop but a loss, of the profile `from`, of what only public keys had said of
 * it.
 */
export const blockReasons = [
  'unique',
  'limit',
  'untrusted',
  'full',
  'apart',
  'shared',
  'quarantined',
  'unverified',
] as const;
export type BlockReason = (typeof blockReasons)[number];

export interface BlockedIdentifier {
  readonly identifier: Identifier;
  readonly reason: BlockReason;
  /** Who lost it, where the reason is `unverified`. */
  readonly from?: ProfileId;
}

/** What one event's identifiers say about who it belongs to. `blocked` lists identifiers dropped from the event by a protection. */
export interface Resolution {
  readonly outcome: 'created' | 'attached' | 'merged';
  /** The profile that takes the event; absent when one must be created. */
  readonly survivor?: ProfileId;
  /** Profiles that the survivor absorbs, in a fixed order. */
  readonly absorbed: readonly ProfileId[];
  /** Identifiers the profile gains. */
  readonly attach: readonly Identifier[];
  readonly blocked: readonly BlockedIdentifier[];
  /** Of these, devices that two known people use: each leaves its owner, to a profile of its own. */
  readonly shared: readonly Identifier[];
  /** What others lose, or the survivor itself. Those that are not in `attach` are nobody's from then on. */
  readonly taken: readonly TakenIdentifier[];
}

export interface ResolutionContext {
  /** Owner of an identifier, as a living profile. */
  owner(identifier: Identifier): Profile | undefined;
  /** From a secret key: may merge two known profiles. */
  readonly isTrusted: boolean;
  /** Somebody says that all are one person: neither unique types nor limits keep them apart. */
  readonly isAsked?: boolean;
  readonly rules: IdentityRules;
  /** When the event counts, in epoch milliseconds: since then the person has what it brings. */
  readonly at: number;
}

/** That two people are not one. */
const betweenPeople: ReadonlySet<BlockReason> = new Set(['unique', 'untrusted', 'apart']);

/** Known before anonymous, then older, then the smaller id: a total order, so that concurrent merges choose the same survivor. */
export const bySeniority =
  (rules: Pick<IdentityRules, 'isKnown'>) =>
  (a: Profile, b: Profile): number => {
    const known = Number(isKnown(b, rules)) - Number(isKnown(a, rules));
    if (known !== 0) return known;
    return a.createdAt !== b.createdAt ? a.createdAt - b.createdAt : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };

/** Whether somebody has said that they are two. What was said of a profile holds for whoever absorbs it. */
function areApart(one: Profile, other: Profile): boolean {
  const isNamed = ({ apart = [] }: Profile, by: Profile): boolean =>
    apart.length > 0 && idsOf(by).some((id) => apart.includes(id));
  return isNamed(one, other) || isNamed(other, one);
}

export const isKnown = (profile: Pick<Profile, 'identifiers'>, rules: Pick<IdentityRules, 'isKnown'>): boolean =>
  profile.identifiers.some(({ type }) => rules.isKnown(type));

/**
 * Decides by the strongest identifier first; of several of one type, by those that somebody has. Each weaker one joins only while the
 * group stays one person: at most one value of a unique type, no more of a type than the policy allows, from an untrusted source at most
 * one known profile, and no more of both than a profile may have. One that does not fit is dropped; the event stays. A device that
 * several people use names nobody beside anything else. What a trusted source says is not dropped for what only public keys have said:
 * that is taken from whoever has it.
 */
export function resolveIdentity(identifiers: readonly Identifier[], context: ResolutionContext): Resolution {
  const group = new Group(context, new Set(identifiers.map(identifierName)));
  const attach: Identifier[] = [];
  const blocked: BlockedIdentifier[] = [];
  const shared: Identifier[] = [];
  const taken: TakenIdentifier[] = [];
  for (const { identifier, owner } of strongestFirst(identifiers, context)) {
    const reason = group.objection(identifier, { owner, taken: [] });
    const way = reason ? group.wayAround(identifier, owner, reason) : { owner, taken: [] };
    if (way) {
      group.add(identifier, way);
      taken.push(...way.taken);
      if (!way.owner) attach.push(identifier);
    } else if (reason) {
      blocked.push({ identifier, reason });
      if (group.isSharedDevice(identifier, owner, reason)) shared.push(identifier);
    }
  }
  return { ...group.outcome(), attach: distinct(attach), blocked, shared: distinct(shared), taken };
}

interface Named {
  readonly identifier: Identifier;
  readonly owner: Profile | undefined;
}

function strongestFirst(identifiers: readonly Identifier[], context: ResolutionContext): Named[] {
  const { rules } = context;
  const compare = byStrength(rules);
  const isNew = (named: Named): number => (named.owner ? 0 : 1);
  const isShared = ({ owner }: Named): number => (owner?.isShared ? 1 : 0);
  return identifiers
    .map((identifier) => ({ identifier, owner: context.owner(identifier) }))
    .sort(
      (a, b) =>
        isShared(a) - isShared(b) ||
        rules.rankOf(a.identifier.type) - rules.rankOf(b.identifier.type) ||
        isNew(a) - isNew(b) ||
        compare(a.identifier, b.identifier),
    );
}

interface Gain {
  /** Without the first of each unique type. */
  readonly identifiers: number;
  /** Profiles, with those that they have absorbed. */
  readonly lineage: number;
}

interface UniqueValue {
  readonly value: string;
  /** Who has it by the word of public keys alone, where the event does not say it. */
  readonly weakIn: ProfileId | undefined;
}

/** Profiles and identifiers gathered so far for one event. */
class Group {
  readonly #profiles = new Map<ProfileId, Profile>();
  readonly #unique = new Map<string, UniqueValue>();
  /** Names of those that nobody has. */
  readonly #fresh = new Set<string>();
  /** Without the first of each unique type. */
  #count = 0;
  #lineage = 0;
  readonly #held: KnownIdentifier[] = [];
  /** Whether it is somebody, by name or by what they have. */
  #isKnown = false;

  constructor(
    readonly context: Omit<ResolutionContext, 'owner'>,
    /** Names of what the event says. */
    readonly said: ReadonlySet<string>,
  ) {}

  /** Why an identifier must not join; `undefined` when it may. */
  objection(identifier: Identifier, { owner, taken }: Way): BlockReason | undefined {
    if (owner && this.#profiles.has(owner.id)) return undefined;
    const objection = this.context.isAsked ? undefined : this.#policyObjection(identifier, { owner, taken });
    if (objection) return objection;
    if (!this.#hasRoom(this.#gainOf(identifier, owner)) || !this.#hasGroupRoom(owner)) return 'full';
    return owner && this.#tiesKnown(owner) ? 'untrusted' : undefined;
  }

  /** How an identifier may join in spite of an objection: that somebody has what only public keys have said stops no trusted source. */
  wayAround(identifier: Identifier, owner: Profile | undefined, objection: BlockReason): Way | undefined {
    if (!this.context.isTrusted || objection === 'full') return undefined;
    const ways = waysAround(identifier, owner, (of) => this.#weakValues(identifier, of), this.context.rules);
    return ways.find((way) => this.objection(identifier, way) === undefined);
  }

  /** Whether what is dropped here is of a device that two known people use, so that what is done on it is done by either. */
  isSharedDevice({ type }: Identifier, owner: Profile | undefined, reason: BlockReason): boolean {
    const { rules } = this.context;
    if (!rules.separatesSharedDevices || rules.isKnown(type)) return false;
    return betweenPeople.has(reason) && this.#isKnown && owner !== undefined && isKnown(owner, rules);
  }

  #policyObjection(identifier: Identifier, { owner, taken }: Way): BlockReason | undefined {
    if (owner?.isShared && !this.#isEmpty) return 'shared';
    if (owner && [...this.#profiles.values()].some((profile) => areApart(profile, owner))) return 'apart';
    if (this.#otherValues([identifier, ...(owner?.identifiers ?? [])], taken).length > 0) return 'unique';
    const gained = this.#counted(this.#gained(identifier, owner));
    return this.context.rules.isOverLimit(this.#counted(this.#held), gained) ? 'limit' : undefined;
  }

  add(identifier: Identifier, { owner, taken }: Way): void {
    this.#lose(taken);
    const gain = this.#gainOf(identifier, owner);
    this.#held.push(...this.#gained(identifier, owner));
    this.#noteUnique(identifier, owner);
    this.#count += gain.identifiers;
    this.#lineage += gain.lineage;
    const { rules } = this.context;
    this.#isKnown ||= rules.isKnown(identifier.type) || (owner !== undefined && isKnown(owner, rules));
    if (owner) this.#profiles.set(owner.id, owner);
    else this.#fresh.add(identifierName(identifier));
  }

  #lose(taken: readonly TakenIdentifier[]): void {
    for (const { identifier } of taken)
      if (this.#unique.get(identifier.type)?.value === identifier.value) this.#unique.delete(identifier.type);
  }

  #noteUnique(identifier: Identifier, owner: Profile | undefined): void {
    for (const { type, value } of [identifier, ...(owner?.identifiers ?? [])])
      if (this.context.rules.unique.has(type) && !this.#unique.has(type))
        this.#unique.set(type, { value, weakIn: this.#weakIn({ type, value }, owner) });
  }

  outcome(): Pick<Resolution, 'outcome' | 'survivor' | 'absorbed'> {
    const [survivor, ...absorbed] = [...this.#profiles.values()].sort(bySeniority(this.context.rules));
    if (!survivor) return { outcome: 'created', absorbed: [] };
    return {
      outcome: absorbed.length > 0 ? 'merged' : 'attached',
      survivor: survivor.id,
      absorbed: absorbed.map((profile) => profile.id),
    };
  }

  get #isEmpty(): boolean {
    return this.#profiles.size === 0 && this.#fresh.size === 0;
  }

  /** What the group grows by: nothing by what is in it. */
  #gainOf(identifier: Identifier, owner: Profile | undefined): Gain {
    const gained = this.#gained(identifier, owner);
    const lineage = owner && gained.length > 0 ? owner.lineage.length + 1 : 0;
    const { unique } = this.context.rules;
    const firsts = new Set(gained.flatMap(({ type }) => (unique.has(type) && !this.#unique.has(type) ? [type] : [])));
    return { identifiers: gained.length - firsts.size, lineage };
  }

  #gained(identifier: Identifier, owner: Profile | undefined): readonly KnownIdentifier[] {
    const isIn = owner ? this.#profiles.has(owner.id) : this.#fresh.has(identifierName(identifier));
    if (isIn) return [];
    return owner?.identifiers ?? [{ ...identifier, firstSeenAt: this.context.at }];
  }

  /** What limits are about: for a trusted source, nothing that only public keys have said. */
  #counted(all: readonly KnownIdentifier[]): readonly KnownIdentifier[] {
    const { isTrusted, rules } = this.context;
    return isTrusted ? all.filter((one) => this.said.has(identifierName(one)) || !isUnverified(one, rules)) : all;
  }

  /** The rest is kept for trusted sources: anybody may send as many invented browsers under somebody's name as they like. */
  #hasRoom({ identifiers, lineage }: Gain): boolean {
    const most = this.context.isTrusted ? profileLimits : untrustedLimits;
    // A place is left for the first of each unique type.
    const places = Math.min(most.identifiers, profileLimits.identifiers - this.context.rules.unique.size);
    if (identifiers > 0 && this.#count > 0 && this.#count + identifiers > places) return false;
    // The one that stays is not absorbed.
    return lineage === 0 || this.#lineage === 0 || this.#lineage + lineage - 1 <= most.lineage;
  }

  /** Nobody is in more groups by being one person; an event that would make it so is not given up for it. */
  #hasGroupRoom(owner: Profile | undefined): boolean {
    if (!owner?.groups || this.#profiles.size === 0) return true;
    const others = [...this.#profiles.values()].map(({ groups }) => groups);
    return countUnited(owner.groups, ...others) <= groupLimits.perProfile;
  }

  /** Those of which the group has another value of the same unique type, but for what is taken away. */
  #otherValues(identifiers: readonly Identifier[], taken: readonly TakenIdentifier[] = []): Identifier[] {
    const gone = new Set(taken.map((one) => identifierName(one.identifier)));
    return identifiers.filter(({ type, value }) => {
      const held = this.#unique.get(type);
      return held && held.value !== value && !gone.has(identifierName({ type, value: held.value }));
    });
  }

  /** Of values of unique types that disagree, the ones that only public keys have said: of the group, else of the owner. */
  #weakValues(identifier: Identifier, owner: Profile | undefined): TakenIdentifier[] {
    return this.#otherValues([identifier, ...(owner?.identifiers ?? [])]).flatMap((other) => {
      const held = this.#unique.get(other.type);
      if (held?.weakIn) return [{ identifier: { type: other.type, value: held.value }, from: held.weakIn }];
      const from = this.#weakIn(other, owner);
      return from ? [{ identifier: { type: other.type, value: other.value }, from }] : [];
    });
  }

  #weakIn(identifier: Identifier, owner: Profile | undefined): ProfileId | undefined {
    const name = identifierName(identifier);
    const held = this.said.has(name) ? undefined : owner?.identifiers.find((one) => identifierName(one) === name);
    return held && isUnverified(held, this.context.rules) ? owner?.id : undefined;
  }

  #tiesKnown(owner: Profile): boolean {
    const isPerson = (profile: Profile) => isKnown(profile, this.context.rules);
    return !this.context.isTrusted && isPerson(owner) && [...this.#profiles.values()].some(isPerson);
  }
}

function distinct(identifiers: readonly Identifier[]): Identifier[] {
  return [...new Map(identifiers.map((identifier) => [identifierName(identifier), identifier])).values()];
}
