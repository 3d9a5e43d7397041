import type { JsonObject } from '../json';
import type { Event, Identifier, RuleEvent } from './event';
import { ownMark } from './own';

/** That a message of a journey may have reached somebody. `*` is not about it, in rules and in triggers. */
export const contactName = `${ownMark}contacted`;

/** A message, as far as a profile remembers it. */
export interface Contact {
  /** Of the delivery. */
  readonly idempotencyKey: string;
  readonly destination: string;
  readonly journey: string;
  readonly step: string;
  /** By what it reached them; absent where the destination does not say. */
  readonly channel?: string | undefined;
  /** What its delivery became; of one that is `unknown` nobody can say that it did not arrive. */
  readonly status: string;
}

/** The event of a contact: one for each delivery, whoever makes it how often. */
export function contactEvent(
  { idempotencyKey, journey, channel, ...contact }: Contact,
  identifier: Identifier,
  at: number,
): Event {
  return {
    messageId: `${contactName}:${idempotencyKey}`,
    kind: 'track',
    name: contactName,
    occurredAt: at,
    receivedAt: at,
    identifiers: [identifier],
    properties: { journey, ...contact, ...(channel !== undefined && { channel }) },
    traits: {},
    context: {},
    source: `journey:${journey}`,
    isTrusted: true,
    isAboutProfile: true,
  };
}

/** The contact that an event tells of; nothing where it is another one. */
export function readContact({ name, properties }: Pick<RuleEvent, 'name' | 'properties'>): Contact | undefined {
  if (name !== contactName) return undefined;
  const text = (field: string): string | undefined => textOf(properties, field);
  const [idempotencyKey, destination, journey] = [text('idempotencyKey'), text('destination'), text('journey')];
  const [step, status] = [text('step'), text('status')];
  if (!idempotencyKey || !destination || !journey || !step || !status) return undefined;
  return { idempotencyKey, destination, journey, step, status, channel: text('channel') };
}

function textOf(properties: JsonObject, field: string): string | undefined {
  const value = properties[field];
  return typeof value === 'string' ? value : undefined;
}
