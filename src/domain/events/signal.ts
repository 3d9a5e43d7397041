import { isJsonObject, type JsonObject } from '../json';
import type { Event, Identifier, RuleEvent } from './event';
import { ownMark } from './own';

/** That somebody has told one run something. It reaches that run alone. */
export const signalName = `${ownMark}signal`;

export interface Signal {
  readonly enrollment: string;
  readonly signal: string;
  readonly data: JsonObject;
}

/** The event of a signal: one for each `id`, whoever makes it how often. */
export function signalEvent(
  { id, source, ...told }: Signal & { readonly id: string; readonly source: string },
  identifier: Identifier,
  at: number,
): Event {
  return {
    messageId: `${signalName}:${told.enrollment}:${id}`,
    kind: 'track',
    name: signalName,
    occurredAt: at,
    receivedAt: at,
    identifiers: [identifier],
    properties: { ...told },
    traits: {},
    context: {},
    source,
    isTrusted: true,
    isAboutProfile: true,
  };
}

/** What an event tells a run; nothing where it is another one. */
export function readSignal({ name, properties }: Pick<RuleEvent, 'name' | 'properties'>): Signal | undefined {
  if (name !== signalName) return undefined;
  const { enrollment, signal, data } = properties;
  if (typeof enrollment !== 'string' || typeof signal !== 'string' || !isJsonObject(data)) return undefined;
  return { enrollment, signal, data };
}
