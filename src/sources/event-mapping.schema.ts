import { z } from 'zod';
import { MappingValue } from '../destinations/mapping.schema';
import { Name } from '../domain/definition-fields.schema';
import { eventKinds } from '../domain/events/event';
import { identifierTypeNames } from '../domain/identity/identifier-types';

/**
 * One event that a message of a tool becomes: its parts in the mapping language of destinations. What is not in the message is left out,
 * so no part needs a `default`.
 */
export const EventMapping = z.strictObject({
  type: z.enum(eventKinds).default('track'),
  /** The name of a `track`. */
  event: MappingValue.optional(),
  identifiers: z.partialRecord(z.enum(identifierTypeNames), MappingValue),
  properties: MappingValue.optional(),
  traits: MappingValue.optional(),
  timestamp: MappingValue.optional(),
});
export type EventMapping = z.output<typeof EventMapping>;

/** What becomes of a tool's messages, by topic; a topic with no events is passed over. */
export const TopicMapping = z
  .record(Name, z.array(EventMapping).max(10))
  .refine((topics) => Object.keys(topics).length <= 200, { error: 'A source maps at most 200 topics.' });
export type TopicMapping = z.output<typeof TopicMapping>;
