import type { ClientSession, Collection, Document, Filter } from 'mongodb';

interface Waiting<Row> {
  readonly resolve: (row: Row | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads of one kind that are under way at the same time. */
const atOnce = 2;
/** The most rows of one read: bounds for how long the store works for it. */
const mostRows = 100;

/**
 * Single rows for many who ask at the same time. A read under way is not waited for by the first to come; what comes while as many are under
 * way as may be waits for the next, which reads all of them. So reading costs less the more is asked, and nobody waits for a timer.
 */
export class GatheredReads<Row> {
  readonly #waiting = new Map<string, Waiting<Row>[]>();
  #underWay = 0;

  /** `readAll` answers the rows that there are, by key. */
  constructor(readonly readAll: (keys: readonly string[]) => Promise<ReadonlyMap<string, Row>>) {}

  /** Rejects, as others who were read with it, with the error of the store. */
  read(key: string): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      if (waiting) waiting.push({ resolve, reject });
      else this.#waiting.set(key, [{ resolve, reject }]);
      this.#next();
    });
  }

  #next(): void {
    if (this.#underWay >= atOnce || this.#waiting.size === 0) return;
    const taken = [...this.#waiting].slice(0, mostRows);
    for (const [key] of taken) this.#waiting.delete(key);
    this.#underWay += 1;
    void this.#carryOut(taken);
  }

  async #carryOut(taken: readonly (readonly [string, readonly Waiting<Row>[]])[]): Promise<void> {
    try {
      const rows = await this.readAll(taken.map(([key]) => key));
      for (const [key, waiting] of taken) for (const { resolve } of waiting) resolve(rows.get(key));
    } catch (error) {
      for (const [, waiting] of taken) for (const { reject } of waiting) reject(error);
    }
    this.#underWay -= 1;
    this.#next();
  }
}

/** Documents by `_id`, read together with others that are asked for at the same time; never as they were before they were asked for. */
export class GatheredDocs<Doc extends { readonly _id: string }> {
  readonly #reads: GatheredReads<Doc>;

  constructor(
    readonly collection: Collection<Doc>,
    readonly projection?: Document,
  ) {
    this.#reads = new GatheredReads(async (ids) => {
      const docs = await collection.find<Doc>(withId({ $in: [...ids] }), this.#options()).toArray();
      return new Map(docs.map((doc) => [doc._id, doc]));
    });
  }

  /** A transaction reads by itself. What is answered may be answered to others as well: it is not to be changed. */
  async find(_id: string, session?: ClientSession): Promise<Doc | undefined> {
    if (!session) return this.#reads.read(_id);
    return (await this.collection.findOne<Doc>(withId(_id), { ...this.#options(), session })) ?? undefined;
  }

  #options = () => this.projection && { projection: this.projection };
}

const withId = <Doc>(_id: unknown): Filter<Doc> => ({ _id }) as Filter<Doc>;
