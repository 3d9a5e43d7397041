import { z } from 'zod';
import { consentStatuses } from '../../domain/profiles/profile';
import { presentTraits } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import type { EventDoc, MembershipDoc, MergeDoc } from '../../store/documents';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskIdentifier, maskObject } from '../personal-data';

/** What a reader may see. */
export interface Sight {
  readonly seesPersonalData: boolean;
  readonly now: number;
}

export const IdentifierBody = z.strictObject({ type: z.string(), value: z.string(), firstSeenAt: Instant });
export const ProfileBody = z.strictObject({
  id: z.string(),
  createdAt: Instant,
  identifiers: z.array(IdentifierBody),
  traits: AnyObject,
  consent: z.record(z.string(), z.strictObject({ status: z.enum(consentStatuses), at: Instant })),
  audiences: z.array(z.strictObject({ key: z.string(), enteredAt: Instant })),
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
  context: AnyObject,
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
    consent: Object.fromEntries(
      Object.entries(profile.consent).map(([purpose, { status, at }]) => [purpose, { status, at: presentInstant(at) }]),
    ),
    audiences: Object.entries(profile.memberships).map(([key, { enteredAt }]) => ({
      key,
      enteredAt: presentInstant(enteredAt),
    })),
    mergedFrom: profile.lineage,
    ...(profile.restrictedAt !== undefined && { restrictedAt: presentInstant(profile.restrictedAt) }),
  };
}

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
    context: show(event.context),
  };
}

export function presentMerge({ survivor, absorbed, at, messageId, identifierTypes }: MergeDoc) {
  return { survivor, absorbed, at: presentInstant(at), messageId, identifierTypes };
}
