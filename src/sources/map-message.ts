import { applyMapping } from '../destinations/mapping';
import { isConstant, isFromPath, isFromTemplate, type MappingValue } from '../destinations/mapping.schema';
import { isJsonObject, own, type Json, type JsonObject } from '../domain/json';
import type { EventMapping, TopicMapping } from './event-mapping.schema';
import type { MakeEvent, RawEvent } from './source';

/** One thing that a tool tells. */
export interface Message {
  readonly topic: string;
  /** Unique in the workspace and the same when the tool tells it again. */
  readonly id: string;
  /** What mappings read. */
  readonly facts: JsonObject;
  /** When it happened, as events may say it; for mappings that say nothing. */
  readonly at?: Json;
}

/**
 * The events that a message becomes by the tables, the first that has its topic, each made when it is asked for: a body may have
 * thousands. What is not in the message is not in the events.
 */
export function mapMessage(message: Message, tables: readonly TopicMapping[]): MakeEvent[] {
  const mappings = tables.map((table) => own(table, message.topic)).find((found) => found !== undefined) ?? [];
  return mappings.map((mapping, index) => () => ({
    messageId: index === 0 ? message.id : `${message.id}:${index + 1}`,
    ...eventOf(mapping, message),
  }));
}

function eventOf({ type, identifiers, ...parts }: EventMapping, { facts, at = null }: Message): RawEvent {
  const fields = lenient({ identifiers, ...parts } as MappingValue) as Record<string, MappingValue>;
  const mapped = applyMapping(fields, facts);
  // Everything that may be missing has a default, so nothing is rejected here.
  const { identifiers: ids, timestamp = at, ...rest } = 'payload' in mapped ? withoutNulls(mapped.payload) : {};
  return { type, timestamp, ...rest, context: { externalIds: externalIdsOf(ids) } };
}

/** The same mapping with nothing for what is missing. */
function lenient(value: MappingValue | undefined): MappingValue {
  if (value === undefined) return null;
  if (value === null || typeof value !== 'object' || isConstant(value)) return value;
  if (Array.isArray(value)) return value.map(lenient);
  if (isFromPath(value) || isFromTemplate(value)) return { default: null, ...value };
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, lenient(part)]));
}

/** As deep as tools nest what a mapping takes; below it, nulls are theirs to mean something by. */
const deepestNull = 8;

/** An absent field of a tool must not delete what another said: `null` among traits would. */
const withoutNulls = (object: JsonObject, depth = deepestNull): JsonObject =>
  Object.fromEntries(
    Object.entries(object).flatMap(([name, value]): [string, Json][] => {
      if (value === null) return [];
      return [[name, isJsonObject(value) && depth > 0 ? withoutNulls(value, depth - 1) : value]];
    }),
  );

function externalIdsOf(ids: Json | undefined): Json {
  const found = isJsonObject(ids) ? Object.entries(ids) : [];
  return found.map(([type, id]) => ({ type, id: typeof id === 'number' ? String(id) : id }));
}
