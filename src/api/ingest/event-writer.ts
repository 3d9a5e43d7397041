import type { EventDoc } from '../../store/documents';
import { isAway } from '../../store/mongo-errors';
import { FairQueue } from '../limits/fair-queue';

export interface StoredEvents {
  readonly inserted: number;
  /** Indexes of those whose `messageId` was known. */
  readonly duplicateIndexes: readonly number[];
}

type Insert = (docs: readonly EventDoc[]) => Promise<StoredEvents>;

interface Waiting {
  readonly docs: readonly EventDoc[];
  readonly resolve: (stored: StoredEvents) => void;
  readonly reject: (error: unknown) => void;
}

/** The most events of an insert: bounds how long the store, and this process while it writes BSON, works for one sender. */
export const eventsPerInsert = 200;

/**
 * Stores the events of many requests with few inserts. While one is under way, what arrives waits; the next takes all that a key has
 * waiting, up to a bound, and keys take turns. Nobody waits for a timer: what comes alone is stored alone, at once.
 */
export class EventWriter {
  readonly #queue = new FairQueue<Waiting>();
  readonly #underWay = new Map<string, number>();
  #free: number;

  constructor(
    readonly insert: Insert,
    readonly atOnce: number,
  ) {
    this.#free = atOnce;
  }

  /** Resolves after the write of the store; rejects with its error, promising nothing. */
  write(key: string, docs: readonly EventDoc[]): Promise<StoredEvents> {
    if (docs.length === 0) return Promise.resolve({ inserted: 0, duplicateIndexes: [] });
    return new Promise((resolve, reject) => {
      this.#queue.add(key, { docs, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    const mostOfOne = Math.max(1, Math.floor(this.atOnce / 2));
    while (this.#free > 0) {
      const next = this.#queue.next((key) => (this.#underWay.get(key) ?? 0) < mostOfOne, fitting);
      if (!next) return;
      this.#free -= 1;
      this.#underWay.set(next.holder, (this.#underWay.get(next.holder) ?? 0) + 1);
      void this.#store(next.items).finally(() => this.#done(next.holder));
    }
  }

  #done(key: string): void {
    this.#free += 1;
    const left = (this.#underWay.get(key) ?? 1) - 1;
    if (left > 0) this.#underWay.set(key, left);
    else this.#underWay.delete(key);
    this.#pump();
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    try {
      share(group, await this.insert(group.flatMap(({ docs }) => docs)));
    } catch (error) {
      const [first, ...others] = group;
      // What makes one request's events impossible to store must not refuse those of another.
      if (first && others.length > 0 && !isAway(error)) await Promise.all(group.map((one) => this.#store([one])));
      else for (const { reject } of group) reject(error);
    }
  }
}

/** As many requests as fit into one insert. */
function fitting(waiting: readonly Waiting[]): number {
  let events = 0;
  const tooMany = waiting.findIndex(({ docs }) => (events += docs.length) > eventsPerInsert);
  return tooMany === -1 ? waiting.length : tooMany;
}

/** Gives each request its part of what one insert answered. */
function share(group: readonly Waiting[], { duplicateIndexes }: StoredEvents): void {
  let from = 0;
  for (const { docs, resolve } of group) {
    const to = from + docs.length;
    const first = from;
    const mine = duplicateIndexes.filter((index) => index >= first && index < to).map((index) => index - first);
    resolve({ inserted: docs.length - mine.length, duplicateIndexes: mine });
    from = to;
  }
}
