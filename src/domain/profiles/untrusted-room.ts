import type { ConsentStatement } from '../consent/read-consent';
import type { Purposes } from '../consent/purpose';
import type { Event } from '../events/event';
import { omit, own } from '../json';
import { profileLimits, untrustedLimits, type Room } from './profile-limits';
import type { Consent, Profile } from './profile';
import type { TraitRules } from './trait-rules';
import { supersedes, takenOf, unitedTrait, type Statement } from './write-traits';

/**
 * What untrusted sources may add to a profile ends far below what a profile may have: anybody has a public key, and whoever fills a
 * stranger's profile with names of their own would keep out what the person says later. What does not fit is left out; the event stays.
 * What takes no place makes no room either.
 */
export function roomForTraits(traits: Profile['traits'], said: Statement, rules: TraitRules = {}): Event['traits'] {
  const hasRoom = roomIn(traits, (name) => own(traits, name)?.value);
  return Object.fromEntries(
    Object.entries(takenOf(traits, said, rules)).filter(([name, value]) =>
      hasRoom(name, value, untrustedLimits.traits),
    ),
  );
}

/**
 * The same of statements. What is said of a purpose that the profile has, or that is defined, goes before any invented one; only grants
 * end there too, since without room for them the event would be given up.
 */
export function roomForStatements(
  consent: Profile['consent'],
  statements: readonly ConsentStatement[],
  purposes: Purposes,
): readonly ConsentStatement[] {
  const hasRoom = roomIn(consent, (name) => own(consent, name));
  const hasGrantRoom = roomForGrants(consent);
  return statements.filter((said) => {
    const { purpose } = said;
    if (isGrant(said) && !hasGrantRoom(purpose, asKept(said), untrustedLimits.grants)) return false;
    const room = purposes.has(purpose) ? untrustedLimits.definedPurposes : untrustedLimits.purposes;
    return own(consent, purpose) !== undefined || hasRoom(purpose, asKept(said), room);
  });
}

/** What a trusted source says. An event is not given up with a refusal in it because it grants too much beside: those grants are left out. */
export function roomBesideRefusals(
  consent: Profile['consent'],
  statements: readonly ConsentStatement[],
): readonly ConsentStatement[] {
  if (statements.every(isGrant)) return statements;
  const hasRoom = roomForGrants(consent);
  return statements.filter((said) => !isGrant(said) || hasRoom(said.purpose, asKept(said), trustedRoom.purposes));
}

interface RoomOfMerge {
  readonly purposes: Purposes;
  /** Whether a trusted source ties a known profile. */
  readonly isTrusted: boolean;
  readonly rules?: TraitRules;
}

/**
 * What of an absorbed profile there is room for in the one that absorbs it. Anybody may make anonymous profiles, as full as they like, and tie them to
 * somebody: only a known profile that a trusted source ties goes beyond what untrusted sources may fill.
 */
export function roomForAbsorbed(
  { traits, consent }: Pick<Profile, 'traits' | 'consent'>,
  absorbed: Pick<Profile, 'traits' | 'consent'>,
  { purposes, isTrusted, rules = {} }: RoomOfMerge,
): Pick<Profile, 'traits' | 'consent'> {
  const traitRoom = isTrusted ? trustedRoom.traits : untrustedLimits.traits;
  const hasTraitRoom = roomIn(traits, (name) => own(traits, name));
  const hasConsentRoom = roomIn(consent, (name) => own(consent, name));
  const hasGrantRoom = roomForGrants(consent);
  const keptTraits = Object.entries(absorbed.traits).filter(([name, trait]) =>
    hasTraitRoom(name, unitedTrait(traits, name, trait, rules), traitRoom),
  );
  const isKept = (name: string, said: Consent): boolean => {
    const present = own(consent, name);
    if (present && !supersedes(said, present)) return false;
    // Nobody is left in two for what they granted, nor is what they granted left out for what they refused.
    if (isGrant(said) && !hasGrantRoom(name, said, trustedRoom.purposes)) return false;
    // What a person refused to a trusted source is refused by who they turn out to be.
    if (present || isTrusted) return true;
    return hasConsentRoom(name, said, purposes.has(name) ? untrustedLimits.definedPurposes : untrustedLimits.purposes);
  };
  const keptConsent = Object.entries(absorbed.consent).filter(([name, said]) => isKept(name, said));
  return { traits: Object.fromEntries(keptTraits), consent: Object.fromEntries(keptConsent) };
}

const asKept = (said: ConsentStatement): Consent => omit(said, 'purpose', 'proof', 'isRecord', 'isDated');
const isGrant = ({ status }: Pick<Consent, 'status'>): boolean => status === 'granted';

const trustedRoom = {
  traits: { count: profileLimits.traits, bytes: profileLimits.traitBytes },
  purposes: { count: profileLimits.purposes, bytes: profileLimits.purposeBytes },
};

function roomForGrants(consent: Profile['consent']) {
  const grants = Object.fromEntries(Object.entries(consent).filter(([, said]) => isGrant(said)));
  return roomIn(grants, (name) => own(grants, name));
}

/** Answers whether one more fact fits, and counts those that do. Sizes are characters of JSON. */
function roomIn(facts: Readonly<Record<string, unknown>>, valueOf: (name: string) => unknown) {
  const sizes = new Map(Object.keys(facts).map((name) => [name, sizeOf(name, valueOf(name))]));
  let total = JSON.stringify(facts).length;
  return (name: string, value: unknown, { count, bytes }: Room): boolean => {
    const size = sizeOf(name, value);
    const grown = size - (sizes.get(name) ?? 0);
    if (!sizes.has(name) && sizes.size >= count) return false;
    if (grown > 0 && total + grown > bytes) return false;
    sizes.set(name, size);
    total += grown;
    return true;
  };
}

const sizeOf = (name: string, value: unknown): number => JSON.stringify([name, value]).length;
