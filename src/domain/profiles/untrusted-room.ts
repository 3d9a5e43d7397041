import type { ConsentStatement } from '../consent/read-consent';
import type { Purposes } from '../consent/purpose';
import type { Event } from '../events/event';
import { own } from '../json';
import { profileLimits, untrustedLimits, type Room } from './profile-limits';
import type { Consent, Profile } from './profile';

/**
 * What untrusted sources may add to a profile ends far below what a profile may have: anybody has a public key, and whoever fills a
 * stranger's profile with names of their own would keep out what the person says later. What does not fit is left out; the event stays.
 */
export function roomForTraits(traits: Profile['traits'], { traits: values }: Pick<Event, 'traits'>): Event['traits'] {
  const hasRoom = roomIn(traits, (name) => own(traits, name)?.value);
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => hasRoom(name, value, untrustedLimits.traits)),
  );
}

/** The same of statements. What is said of a purpose that the profile has, or that is defined, goes before any invented one. */
export function roomForStatements(
  consent: Profile['consent'],
  statements: readonly ConsentStatement[],
  purposes: Purposes,
): readonly ConsentStatement[] {
  const isKnown = ({ purpose }: ConsentStatement): boolean => own(consent, purpose) !== undefined;
  if (statements.every(isKnown)) return statements;
  const hasRoom = roomIn(consent, (name) => own(consent, name));
  return statements.filter((said) => {
    const room = purposes.has(said.purpose) ? untrustedLimits.definedPurposes : untrustedLimits.purposes;
    return isKnown(said) || hasRoom(said.purpose, { ...said, proof: undefined }, room);
  });
}

/** What a trusted source says. An event is not given up with a refusal in it because it grants too much beside: those grants are left out. */
export function roomBesideRefusals(
  consent: Profile['consent'],
  statements: readonly ConsentStatement[],
): readonly ConsentStatement[] {
  if (statements.every(isGrant)) return statements;
  const grants = Object.fromEntries(Object.entries(consent).filter(([, said]) => isGrant(said)));
  const hasRoom = roomIn(grants, (name) => own(grants, name));
  return statements.filter(
    (said) => !isGrant(said) || hasRoom(said.purpose, { ...said, proof: undefined }, trustedRoom.purposes),
  );
}

/**
 * What of an absorbed profile there is room for in the one that absorbs it. Anybody may make anonymous profiles, as full as they like, and tie them to
 * somebody: only a known profile that a trusted source ties goes beyond what untrusted sources may fill.
 */
export function roomForAbsorbed(
  { traits, consent }: Pick<Profile, 'traits' | 'consent'>,
  absorbed: Pick<Profile, 'traits' | 'consent'>,
  { purposes, isTrusted }: { readonly purposes: Purposes; readonly isTrusted: boolean },
): Pick<Profile, 'traits' | 'consent'> {
  const traitRoom = isTrusted ? trustedRoom.traits : untrustedLimits.traits;
  const hasTraitRoom = roomIn(traits, (name) => own(traits, name));
  const hasConsentRoom = roomIn(consent, (name) => own(consent, name));
  const consentRoom = (name: string): Room => {
    if (isTrusted) return trustedRoom.purposes;
    return purposes.has(name) ? untrustedLimits.definedPurposes : untrustedLimits.purposes;
  };
  const keptTraits = Object.entries(absorbed.traits).filter(([name, trait]) => hasTraitRoom(name, trait, traitRoom));
  const isKept = (name: string, said: Consent): boolean => {
    // What a person refused to a trusted source is refused by who they turn out to be.
    if (own(consent, name) !== undefined || (isTrusted && !isGrant(said))) return true;
    return hasConsentRoom(name, said, consentRoom(name));
  };
  const keptConsent = Object.entries(absorbed.consent).filter(([name, said]) => isKept(name, said));
  return { traits: Object.fromEntries(keptTraits), consent: Object.fromEntries(keptConsent) };
}

const isGrant = ({ status }: Pick<Consent, 'status'>): boolean => status === 'granted';

const trustedRoom = {
  traits: { count: profileLimits.traits, bytes: profileLimits.traitBytes },
  purposes: { count: profileLimits.purposes, bytes: profileLimits.purposeBytes },
};

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
