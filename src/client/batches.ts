import { makeMessageId } from './message-id';

/** Events as JSON texts, with the position of the first among all. */
export interface Batch {
  readonly start: number;
  readonly events: readonly string[];
}

export interface BatchLimits {
  readonly count: number;
  readonly bytes: number;
}

/** Cuts a stream of events into batches within both limits, in order. An event larger than a batch goes alone, for the server to judge. */
export async function* inBatches(
  events: Iterable<unknown> | AsyncIterable<unknown>,
  limits: BatchLimits,
): AsyncGenerator<Batch, void, undefined> {
  const encoder = new TextEncoder();
  let batch: string[] = [];
  let [start, bytes] = [0, 0];
  for await (const event of events) {
    const json = JSON.stringify(named(event));
    const size = encoder.encode(json).length + 1;
    if (batch.length > 0 && (batch.length >= limits.count || bytes + size > limits.bytes)) {
      yield { start, events: batch };
      [start, bytes] = [start + batch.length, 0];
      batch = [];
    }
    batch.push(json);
    bytes += size;
  }
  if (batch.length > 0) yield { start, events: batch };
}

/** The event with a `messageId`. What is no event at all is passed on: the server says what is wrong with it. */
export function named(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event ?? null;
  return Object.hasOwn(event, 'messageId') ? event : { ...event, messageId: makeMessageId() };
}
