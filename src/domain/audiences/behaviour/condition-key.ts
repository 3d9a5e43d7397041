import { parseDuration } from '../../duration';
import { isJsonObject, type Json } from '../../json';
import { aggregateOf } from './event-aggregate';
import type { EventCondition } from '../rule.schema';

/**
 * Content hash of what a condition needs to remember: event, where, window, the property it adds up, and how many matches of a
 * window. What the result is compared with is left out otherwise: sums over 100 and over 500 share one state.
 */
export function conditionKey(condition: EventCondition): string {
  const aggregate = aggregateOf(condition);
  const where = (condition.where ?? []).map((test) => canonical(test as unknown as Json)).sort();
  const within = condition.within === undefined ? null : parseDuration(condition.within);
  const property = aggregate.property ?? null;
  return hash(
    canonical([condition.event, where, property, within, within === null ? null : (aggregate.decisive ?? null)]),
  );
}

/** Content hash of any JSON, whatever the order of its keys. */
export const contentKey = (value: Json): string => hash(canonical(value));

/** JSON with sorted keys and without absent ones. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${entries
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
    .join(',')}}`;
}

// Three 32-bit multiply-and-xor hashes (as FNV-1a) with different odd multipliers: 96 bits, ample against accidents.
const lanes = [
  { start: 0x811c9dc5, factor: 0x01000193 },
  { start: 0x9e3779b9, factor: 0x85ebca6b },
  { start: 0x2545f491, factor: 0xc2b2ae35 },
] as const;

function hash(text: string): string {
  return lanes.map(({ start, factor }) => hashLane(text, start, factor).toString(36).padStart(7, '0')).join('');
}

function hashLane(text: string, start: number, factor: number): number {
  let bits = start;
  for (let index = 0; index < text.length; index += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(index), factor);
    bits ^= bits >>> 15;
  }
  return bits >>> 0;
}
