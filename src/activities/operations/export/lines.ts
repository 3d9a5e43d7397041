import { journeyOfArm } from '../../../domain/journeys/journey-holdout';
import { audienceOf } from '../../../domain/audiences/manual-audience';
import { presentGroups } from '../../../domain/groups/group';
import { omit, type JsonObject } from '../../../domain/json';
import type { Enrollment } from '../../../domain/journeys/enrollment';
import type { Profile } from '../../../domain/profiles/profile';
import type { DeliveryDoc } from '../../../store/deliveries';
import type { ConsentRecordDoc } from '../../../store/consent-records';
import type { EventDoc, MembershipDoc } from '../../../store/documents';
import { absorbedIn, type MergeDoc } from '../../../store/merges';

/** One line of an export: `kind` says what it is, and instants are RFC 3339. */
export type Line = Readonly<Record<string, unknown>> & { readonly kind: string };

const at = (instant: number): string => new Date(instant).toISOString();
const atIf = (name: string, instant: number | undefined) => (instant === undefined ? {} : { [name]: at(instant) });

/** What the profile itself holds. */
export function profileLines(profile: Profile): Line[] {
  const { id, createdAt, lineage, identifiers, traits, consent, groups, restrictedAt } = profile;
  const { lists = {}, holdouts = {}, experiments = {} } = profile;
  return [
    { kind: 'profile', id, createdAt: at(createdAt), mergedFrom: lineage, ...atIf('restrictedAt', restrictedAt) },
    ...identifiers.map(({ type, value, firstSeenAt, verifiedAt }) => ({
      kind: 'identifier',
      type,
      value,
      firstSeenAt: at(firstSeenAt),
      ...atIf('verifiedAt', verifiedAt),
    })),
    ...Object.entries(traits).map(([name, { value, source, ...trait }]) => ({
      ...{ kind: 'trait', name, value, source, at: at(trait.at), since: at(trait.since) },
      ...atIf('expiresAt', trait.expiresAt),
    })),
    ...Object.entries(consent).map(([purpose, { status, source, at: said }]) => ({
      ...{ kind: 'consent', purpose, status, source, at: at(said) },
    })),
    ...presentGroups(groups).map(({ type, key, role, since, by, source }) => ({
      ...{ kind: 'group', type, key, since: at(since), by, source },
      ...(role !== undefined && { role }),
    })),
    ...Object.entries(lists).map(([list, { isOn, source, at: said }]) => ({
      ...{ kind: 'by-hand', audience: audienceOf(list), isIn: isOn, at: at(said), source },
    })),
    ...Object.entries(holdouts).map(([of, arm]) => {
      const journey = journeyOfArm(of);
      const what = journey === undefined ? { audience: of } : { journey };
      return { kind: 'holdout', ...what, isHeldOut: arm.isHeldOut, at: at(arm.at) };
    }),
    ...Object.entries(experiments).map(([experiment, { variant, at: since, conversion }]) => ({
      ...{ kind: 'experiment', experiment, variant, at: at(since), ...atIf('convertedAt', conversion?.at) },
    })),
  ];
}

/** What is worked out of what they did, as it is when it is written. */
export const computedLines = (computed: JsonObject): Line[] =>
  Object.entries(computed).map(([name, value]) => ({ kind: 'computed', name, value }));

/** An event as it is stored, its consent with it: the history of what was said when. */
export function eventLine(event: EventDoc): Line {
  const { messageId, kind: type, name, occurredAt, receivedAt, source } = event;
  const { identifiers, properties, traits, context, listing, increments } = event;
  return {
    ...{ kind: 'event', messageId, type, name, occurredAt: at(occurredAt), receivedAt: at(receivedAt), source },
    ...{ identifiers, properties, traits, context, ...(increments && { increments }) },
    ...(listing && { byHand: { audience: audienceOf(listing.list), isIn: listing.isOn, at: at(listing.at) } }),
  };
}

export function stayLine({ audience, enteredAt, enteredCause, exitedAt, exitedCause }: MembershipDoc): Line {
  const left = { ...atIf('exitedAt', exitedAt), ...(exitedCause && { exitedCause }) };
  return { kind: 'audience', audience, enteredAt: at(enteredAt), enteredCause, ...left };
}

export function consentLine({ purpose, status, at: saidAt, source, messageId, proofJson }: ConsentRecordDoc): Line {
  const proof = proofJson === undefined ? {} : { proof: JSON.parse(proofJson) as JsonObject };
  return { kind: 'consent-record', purpose, status, at: at(saidAt), source, messageId, ...proof };
}

export function runLine(run: Enrollment): Line {
  const { id, journey, version, status, reason, enteredAt, endedAt, entry } = run;
  return {
    ...{ kind: 'enrollment', id, journey, version, status, enteredAt: at(enteredAt), ...atIf('endedAt', endedAt) },
    ...(reason !== undefined && { reason }),
    entry: { name: entry.name, at: at(entry.at), properties: entry.properties },
    path: run.path.map((step) => ({ ...step, at: at(step.at) })),
    conversions: run.conversions.map((conversion) => ({ ...conversion, at: at(conversion.at) })),
  };
}

export function deliveryLine(delivery: DeliveryDoc): Line {
  const { createdAt, updatedAt, settledAt, causedAt, ...rest } = omit(
    delivery,
    '_id',
    'ws',
    'subject',
    'attempts',
    'kind',
  );
  return {
    ...{ ...rest, kind: 'delivery', createdAt: at(createdAt), updatedAt: at(updatedAt), causedAt: at(causedAt) },
    ...atIf('settledAt', settledAt),
  };
}

export function mergeLine(merge: MergeDoc): Line {
  const { survivor, absorbed, at: mergedAt, messageId, identifierTypes } = merge;
  const { traits, identifiers } = absorbedIn(merge) ?? {};
  const before = traits && ({ traits, identifiers } as unknown as JsonObject);
  return {
    ...{ kind: 'merge', survivor, absorbed, at: at(mergedAt), messageId, identifierTypes },
    ...(before && { absorbedProfile: before }),
  };
}
