import { z } from 'zod';
import { suppressionReasons, type PersonSuppression } from '../../domain/consent/suppression';
import { groupMakers, groupTypes, presentGroups } from '../../domain/groups/group';
import { consentStatuses } from '../../domain/profiles/profile';
import { own } from '../../domain/json';
import { expiryOf, presentTraits, shownMemberships } from '../../domain/profiles/present';
import type { KnownIdentifier, Profile } from '../../domain/profiles/profile';
import type { EventDoc, MembershipDoc } from '../../store/documents';
import type { MergeDoc } from '../../store/merges';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskIdentifier, maskObject, maskText, seesPersonalData } from '../personal-data';
import type { KeyCall } from '../route';

/** What a reader may see. */
export interface Sight {
  readonly seesPersonalData: boolean;
  readonly now: number;
}

export const sightOf = ({ principal, now }: KeyCall): Sight => ({ seesPersonalData: seesPersonalData(principal), now });

export const IdentifierBody = z.strictObject({
  type: z.string(),
  value: z.string(),
  firstSeenAt: Instant,
  /** Since when a trusted source says so; absent while only public keys have. */
  verifiedAt: Instant.optional(),
});
/** A member now whom a holdout keeps from destinations. */
const heldOut = z.literal(true).optional();
const Expiry = z.record(z.string(), Instant);
export const ProfileBody = z.strictObject({
  id: z.string(),
  createdAt: Instant,
  identifiers: z.array(IdentifierBody),
  traits: AnyObject,
  /** What is computed of them, by key; of one profile only, and absent where nothing is. */
  computed: AnyObject.optional(),
  /** When traits cease to be so, by name; absent when none does. */
  traitExpiry: Expiry.optional(),
  consent: z.record(z.string(), z.strictObject({ status: z.enum(consentStatuses), at: Instant })),
  /** What of the suppression lists held of them when the profile was last written; absent when nothing did. */
  suppressed: z
    .array(
      z.strictObject({
        type: z.string(),
        scope: z.string(),
        reason: z.enum(suppressionReasons),
        at: Instant,
        expiresAt: Instant.optional(),
      }),
    )
    .optional(),
  audiences: z.array(z.strictObject({ key: z.string(), enteredAt: Instant, heldOut })),
  /** Which variants they get; absent when there are none. */
  experiments: z
    .array(
      z.strictObject({
        ...{ key: z.string(), variant: z.string(), since: Instant, convertedAt: Instant.optional() },
        /** Was two people with different variants, and is in no comparison. */
        isContaminated: z.literal(true).optional(),
      }),
    )
    .optional(),
  /** Households and accounts that the person is in; absent when there are none. */
  groups: z
    .array(
      z.strictObject({
        type: z.enum(groupTypes),
        key: z.string(),
        role: z.string().optional(),
        since: Instant,
        by: z.enum(groupMakers),
      }),
    )
    .optional(),
  mergedFrom: z.array(z.string()),
  /** Profiles that somebody said are another person. */
  apartFrom: z.array(z.string()).optional(),
  restrictedAt: Instant.optional(),
  test: z.literal(true).optional().meta({ description: 'Made up, to try a journey; see the guide "Following people"' }),
  /** A device that several people use, and nobody's: what is done there without a login is here. */
  isShared: z.literal(true).optional(),
});
export const TraitBody = z.strictObject({
  name: z.string(),
  value: z.json(),
  /** When it was last said to be so, and since when it has been. */
  at: Instant,
  since: Instant,
  source: z.string(),
  expiresAt: Instant.optional(),
});
export const StayBody = z.strictObject({ key: z.string(), enteredAt: Instant, exitedAt: Instant.optional(), heldOut });
export const EventBody = z.strictObject({
  messageId: z.string(),
  type: z.string(),
  name: z.string(),
  occurredAt: Instant,
  receivedAt: Instant,
  source: z.string(),
  identifiers: z.array(z.strictObject({ type: z.string(), value: z.string() })),
  properties: AnyObject,
  traits: AnyObject,
  traitExpiry: Expiry.optional(),
  /** What a journey has added to traits. */
  increments: AnyObject.optional(),
  context: AnyObject,
  /** How it is not as its source's tracking plan says. */
  violations: z.array(z.strictObject({ code: z.string(), path: z.string(), message: z.string() })).optional(),
});
export const MergeBody = z.strictObject({
  survivor: z.string(),
  absorbed: z.string(),
  at: Instant,
  messageId: z.string(),
  source: z.string(),
  identifierTypes: z.array(z.string()),
  reason: z.enum(['identifiers', 'asked']),
  /** Of a merge that was taken back: when, and by what. */
  undone: z.strictObject({ at: Instant, messageId: z.string(), source: z.string() }).optional(),
});

export function presentIdentifiers({ identifiers }: Profile, sight: Sight) {
  return identifiers.map((identifier) => presentIdentifier(identifier, sight));
}

export const presentIdentifier = (
  { type, value, firstSeenAt, verifiedAt }: KnownIdentifier,
  { seesPersonalData: isSeen }: Sight,
) => ({
  type,
  value: isSeen ? value : maskIdentifier(type, value),
  firstSeenAt: presentInstant(firstSeenAt),
  ...(verifiedAt !== undefined && { verifiedAt: presentInstant(verifiedAt) }),
});

export function presentProfile(profile: Profile, sight: Sight) {
  const traits = presentTraits(profile, sight.now);
  return {
    id: profile.id,
    createdAt: presentInstant(profile.createdAt),
    identifiers: presentIdentifiers(profile, sight),
    traits: sight.seesPersonalData ? traits : maskObject(traits),
    ...presentExpiry(expiryOf(profile, sight.now)),
    consent: Object.fromEntries(
      Object.entries(profile.consent).map(([purpose, { status, at }]) => [purpose, { status, at: presentInstant(at) }]),
    ),
    ...(profile.suppressions && { suppressed: profile.suppressions.map(presentSuppressed) }),
    audiences: shownMemberships(profile).map(([key, { enteredAt, isHeldOut }]) => ({
      key,
      enteredAt: presentInstant(enteredAt),
      ...(isHeldOut && { heldOut: isHeldOut }),
    })),
    ...presentExperiments(profile),
    ...presentGroupsOf(profile, sight),
    mergedFrom: profile.lineage,
    ...(profile.apart && { apartFrom: profile.apart }),
    ...(profile.isShared && { isShared: profile.isShared }),
    ...(profile.isTest && { test: true as const }),
    ...(profile.restrictedAt !== undefined && { restrictedAt: presentInstant(profile.restrictedAt) }),
  };
}

/** Those that are there, with what is known of where they come from. */
export function presentTraitRows(profile: Profile, { seesPersonalData: isSeen, now }: Sight) {
  const values = presentTraits(profile, now);
  const shown = isSeen ? values : maskObject(values);
  return Object.keys(values).flatMap((name) => {
    const trait = own(profile.traits, name);
    if (!trait) return [];
    const { at, since, source, expiresAt } = trait;
    return [
      {
        ...{ name, value: own(shown, name) ?? null, at: presentInstant(at), since: presentInstant(since), source },
        ...(expiresAt !== undefined && { expiresAt: presentInstant(expiresAt) }),
      },
    ];
  });
}

function presentExperiments({ experiments = {} }: Profile) {
  const shown = Object.entries(experiments).map(([key, { variant, at, conversion, isContaminated }]) => ({
    ...{ key, variant, since: presentInstant(at) },
    ...(conversion && { convertedAt: presentInstant(conversion.at) }),
    ...(isContaminated && { isContaminated }),
  }));
  return shown.length === 0 ? {} : { experiments: shown };
}

function presentGroupsOf({ groups }: Profile, { seesPersonalData }: Sight) {
  const shown = presentGroups(groups).map(({ type, key, role, since, by }) => ({
    ...{ type, key: seesPersonalData ? key : maskText(key) },
    ...(role !== undefined && { role }),
    ...{ since: presentInstant(since), by },
  }));
  return shown.length === 0 ? {} : { groups: shown };
}

function presentExpiry(expiry: Readonly<Record<string, number>>) {
  const ends = Object.entries(expiry).map(([name, at]) => [name, presentInstant(at)] as const);
  return ends.length === 0 ? {} : { traitExpiry: Object.fromEntries(ends) };
}
const presentSuppressed = ({ type, scope, reason, at, expiresAt }: PersonSuppression) => ({
  ...{ type, scope, reason, at: presentInstant(at) },
  ...(expiresAt !== undefined && { expiresAt: presentInstant(expiresAt) }),
});

export function presentStay({ audience, enteredAt, exitedAt, heldOutOf }: MembershipDoc) {
  const held = heldOutOf !== undefined && { heldOut: true as const };
  const left = exitedAt === undefined ? {} : { exitedAt: presentInstant(exitedAt) };
  return { key: audience, enteredAt: presentInstant(enteredAt), ...left, ...held };
}

export function presentEvent(event: EventDoc, { seesPersonalData }: Sight) {
  const show = seesPersonalData ? (object: EventDoc['properties']) => object : maskObject;
  return {
    messageId: event.messageId,
    type: event.kind,
    name: event.name,
    occurredAt: presentInstant(event.occurredAt),
    receivedAt: presentInstant(event.receivedAt),
    source: event.source,
    identifiers: event.identifiers.map(({ type, value }) => ({
      type,
      value: seesPersonalData ? value : maskIdentifier(type, value),
    })),
    properties: show(event.properties),
    traits: show(event.traits),
    ...presentExpiry(event.traitExpiry ?? {}),
    ...(event.increments && { increments: show(event.increments) }),
    context: show(event.context),
    ...(event.violations && {
      violations: event.violations.map(({ code, path, message }) => ({ code, path, message })),
    }),
  };
}

export function presentMerge({ survivor, absorbed, at, messageId, source, identifierTypes, reason, undone }: MergeDoc) {
  return {
    ...{ survivor, absorbed, at: presentInstant(at), messageId, source, identifierTypes, reason },
    ...(undone && { undone: { ...undone, at: presentInstant(undone.at) } }),
  };
}
