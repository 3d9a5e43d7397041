import type { EventDoc } from '../../store/documents';
import { isAway } from '../../store/mongo-errors';
import { FairQueue } from '../limits/fair-queue';

export interface StoredEvents {
  readonly inserted: number;
  /** Indexes of those whose `messageId` was known. */
  readonly duplicateIndexes: readonly number[];
}

interface Sender {
  readonly key: string;
  readonly at: number;
}

type Insert = (docs: readonly EventDoc[]) => Promise<StoredEvents>;

interface Waiting {
  readonly docs: readonly EventDoc[];
  readonly resolve: (stored: StoredEvents) => void;
  readonly reject: (error: unknown) => void;
}

/** The most events of an insert: bounds how long the store, and this process while it writes BSON, works for one sender. */
export const eventsPerInsert = 200;
/** The most while other keys send too. The store does one thing after another, so this is what others wait for. */
export const eventsPerTurn = 20;
/** How long a key counts as sending. */
const sendingMs = 1_000;

/**
 * Stores the events of many requests with few inserts. While one is under way, what arrives waits; the next takes all that a key has
 * waiting, up to a bound, and keys take turns: while others send too, one has one small insert under way. Nobody waits for a timer: what
 * comes alone is stored alone, at once.
 */
export class EventWriter {
  readonly #queue = new FairQueue<Waiting>();
  readonly #underWay = new Map<string, number>();
  #free: number;
  /** Who wrote last, and when; and who was the last before that was another. */
  #last: Sender | undefined;
  #other: Sender | undefined;

  constructor(
    readonly insert: Insert,
    readonly atOnce: number,
    readonly clock: () => number = performance.now.bind(performance),
  ) {
    this.#free = atOnce;
  }

  /** Resolves after the write of the store; rejects with its error, promising nothing. */
  async write(key: string, docs: readonly EventDoc[]): Promise<StoredEvents> {
    // Who has nothing to store keeps nobody waiting.
    if (docs.length > 0) this.#note(key);
    const parts: Promise<StoredEvents>[] = [];
    for (let from = 0; from < docs.length; from += eventsPerTurn) {
      const part = docs.slice(from, from + eventsPerTurn);
      parts.push(new Promise((resolve, reject) => this.#queue.add(key, { docs: part, resolve, reject })));
    }
    this.#pump();
    return together(await Promise.all(parts));
  }

  #note(key: string): void {
    if (this.#last?.key !== key) this.#other = this.#last;
    this.#last = { key, at: this.clock() };
  }

  #isShared(): boolean {
    return this.#other !== undefined && this.clock() - this.#other.at < sendingMs;
  }

  #pump(): void {
    const isShared = this.#isShared();
    const mostOfOne = isShared ? 1 : Math.max(1, Math.floor(this.atOnce / 2));
    const fitting = upTo(isShared ? eventsPerTurn : eventsPerInsert);
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

/** As many as fit into one insert. */
const upTo =
  (most: number) =>
  (waiting: readonly Waiting[]): number => {
    let events = 0;
    const tooMany = waiting.findIndex(({ docs }) => (events += docs.length) > most);
    return tooMany === -1 ? waiting.length : tooMany;
  };

/** What was stored in parts of one size, but for the last. */
const together = (parts: readonly StoredEvents[]): StoredEvents => ({
  inserted: parts.reduce((sum, { inserted }) => sum + inserted, 0),
  duplicateIndexes: parts.flatMap(({ duplicateIndexes }, part) =>
    duplicateIndexes.map((index) => part * eventsPerTurn + index),
  ),
});

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
