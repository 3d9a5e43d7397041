import { z } from 'zod';
import { suppressionReasons, type PersonSuppression } from '../../domain/consent/suppression';
import { groupMakers, groupTypes, presentGroups } from '../../domain/groups/group';
import { consentStatuses } from '../../domain/profiles/profile';
import { expiryOf, presentTraits } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import type { EventDoc, MembershipDoc, MergeDoc } from '../../store/documents';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskIdentifier, maskObject, maskText } from '../personal-data';

/** What a reader may see. */
export interface Sight {
  readonly seesPersonalData: boolean;
  readonly now: number;
}

export const IdentifierBody = z.strictObject({ type: z.string(), value: z.string(), firstSeenAt: Instant });
const Expiry = z.record(z.string(), Instant);
export const ProfileBody = z.strictObject({
  id: z.string(),
  createdAt: Instant,
  identifiers: z.array(IdentifierBody),
  traits: AnyObject,
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
  audiences: z.array(z.strictObject({ key: z.string(), enteredAt: Instant })),
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
  restrictedAt: Instant.optional(),
});
export const StayBody = z.strictObject({ key: z.string(), enteredAt: Instant, exitedAt: Instant.optional() });
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
  context: AnyObject,
  /** How it is not as its source's tracking plan says. */
  violations: z.array(z.strictObject({ code: z.string(), path: z.string(), message: z.string() })).optional(),
});
export const MergeBody = z.strictObject({
  survivor: z.string(),
  absorbed: z.string(),
  at: Instant,
  messageId: z.string(),
  identifierTypes: z.array(z.string()),
});

export function presentIdentifiers({ identifiers }: Profile, { seesPersonalData }: Sight) {
  return identifiers.map(({ type, value, firstSeenAt }) => ({
    type,
    value: seesPersonalData ? value : maskIdentifier(type, value),
    firstSeenAt: presentInstant(firstSeenAt),
  }));
}

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
    audiences: Object.entries(profile.memberships).map(([key, { enteredAt }]) => ({
      key,
      enteredAt: presentInstant(enteredAt),
    })),
    ...presentGroupsOf(profile, sight),
    mergedFrom: profile.lineage,
    ...(profile.restrictedAt !== undefined && { restrictedAt: presentInstant(profile.restrictedAt) }),
  };
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

export function presentStay({ audience, enteredAt, exitedAt }: MembershipDoc) {
  const left = exitedAt === undefined ? {} : { exitedAt: presentInstant(exitedAt) };
  return { key: audience, enteredAt: presentInstant(enteredAt), ...left };
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
    context: show(event.context),
    ...(event.violations && {
      violations: event.violations.map(({ code, path, message }) => ({ code, path, message })),
    }),
  };
}

export function presentMerge({ survivor, absorbed, at, messageId, identifierTypes }: MergeDoc) {
  return { survivor, absorbed, at: presentInstant(at), messageId, identifierTypes };
}
