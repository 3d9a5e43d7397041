import { inBatches } from './batches';
import type { EventsAnswer, RejectedEvent } from './event-types';

export interface SendAllOptions {
  /** How many batches are on the way at once; 4 unless set. 1 keeps the order of arrival. */
  readonly concurrency?: number;
  /** The most events in a batch, at most 500. */
  readonly batchSize?: number;
  /** `bulk`, with a secret key: live events pass what is sent, and nothing waits for it. For history. */
  readonly lane?: 'bulk';
  /** Called after each batch. */
  readonly onProgress?: (progress: SendAllProgress) => void;
}

export interface SendAllProgress {
  readonly sent: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

export interface SendAllResult {
  readonly accepted: number;
  readonly duplicates: number;
  /** `index` is the position among everything that was sent. */
  readonly rejected: readonly RejectedEvent[];
}

/** Stays under the 1 MiB that proxies commonly allow. */
const batchBytes = 1_000_000;
const batchCount = 500;

/**
 * Sends any number of events in batches, a few at a time. What was sent stays sent when a batch fails: the first failure is
 * thrown once the batches on their way have been answered.
 */
export async function sendAll(
  post: (json: string) => Promise<EventsAnswer>,
  events: Iterable<unknown> | AsyncIterable<unknown>,
  { concurrency = 4, batchSize = batchCount, onProgress }: SendAllOptions = {},
): Promise<SendAllResult> {
  const batches = inBatches(events, { count: Math.min(Math.max(batchSize, 1), batchCount), bytes: batchBytes });
  const rejected: RejectedEvent[] = [];
  let [sent, accepted, duplicates] = [0, 0, 0];

  // All senders share one generator: each takes the next batch, and one that throws ends it for the others.
  const sender = async () => {
    for await (const batch of batches) {
      const answer = await post(`{"batch":[${batch.events.join(',')}]}`);
      sent += batch.events.length;
      accepted += answer.accepted;
      duplicates += answer.duplicates;
      rejected.push(...answer.rejected.map((event) => ({ ...event, index: batch.start + event.index })));
      onProgress?.({ sent, accepted, duplicates, rejected: rejected.length });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.max(concurrency, 1) }, sender));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
  return { accepted, duplicates, rejected: rejected.sort((one, other) => one.index - other.index) };
}
