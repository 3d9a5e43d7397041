import { z } from 'zod';
import { MappingValue } from '../destinations/mapping.schema';
import { Name } from '../domain/definition-fields.schema';
import { eventKinds } from '../domain/events/event';
import { TypeName } from '../domain/identity/identifier-types.schema';
import { noSuchType, type IdentifierTypes } from '../domain/identity/workspace-types';

/**
 * One event that a message of a tool becomes: its parts in the mapping language of destinations. What is not in the message is left out,
 * so no part needs a `default`.
 */
export const EventMapping = z.strictObject({
  type: z.enum(eventKinds).default('track'),
  /** The name of a `track`. */
  event: MappingValue.optional(),
  /** Of types that the workspace has, which whoever saves a mapping looks at. */
  identifiers: z.record(TypeName, MappingValue),
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

/** Where a mapping names a type of identifier that the workspace does not have. */
export function findUnknownTypesOf(topics: TopicMapping, types: IdentifierTypes) {
  return Object.entries(topics).flatMap(([topic, events]) =>
    events.flatMap(({ identifiers }, index) =>
      Object.keys(identifiers)
        .filter((type) => !types.has(type))
        .map((type) => ({ path: [topic, index, 'identifiers', type], message: noSuchType(types) })),
    ),
  );
}
