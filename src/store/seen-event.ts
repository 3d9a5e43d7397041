import type { EventDoc } from './documents';

/** An event as rules see it, and by which it is told from others. */
export type SeenEvent = Pick<
  EventDoc,
  'messageId' | 'name' | 'occurredAt' | 'receivedAt' | 'profile' | 'seq' | 'properties'
>;

/** What to read of events: the rest may be many times as long. Of properties only these, by their outermost names, or all. */
export function seenFields(properties?: readonly string[]): Readonly<Record<string, 1>> {
  const fields = { messageId: 1, name: 1, occurredAt: 1, receivedAt: 1, profile: 1, seq: 1 } as const;
  if (!properties?.every(isPlain)) return { ...fields, properties: 1 };
  return { ...fields, ...Object.fromEntries(properties.map((name) => [`properties.${name}`, 1 as const])) };
}

/** A name that is no part of the language of projections. */
const isPlain = (name: string): boolean => name !== '' && !name.startsWith('$') && !name.includes('.');
