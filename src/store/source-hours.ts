import { dayMs } from '../domain/duration';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { addTraffic, countNames, noTraffic, type CountName, type SourceTraffic } from '../domain/traffic/source-counts';
import type { StoreConnection } from './open-store';

/** Counts that are not zero, of one hour; `hour` is absent in the document that holds those of all hours. */
export interface SourceHourDoc extends Partial<Record<CountName, number>> {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly source: string;
  /** Its beginning, epoch milliseconds. */
  readonly hour?: number;
  readonly rejectedByCode?: Readonly<Record<string, number>>;
  readonly lastAt?: number;
  readonly expireAt?: Date;
}

export interface SourceHour {
  readonly ws: WorkspaceId;
  readonly source: string;
  readonly hour: number;
  readonly traffic: SourceTraffic;
}

const totalId = (ws: WorkspaceId, source: string): string => `${ws}:${source}:total`;
/** Thirteen digits until the year 2286, so that ids sort as hours do. */
const hourId = (ws: WorkspaceId, source: string, hour: number): string =>
  `${ws}:${source}:${String(hour).padStart(13, '0')}`;

/** What each source has sent, by the hour and in all. */
export class SourceHourRepository {
  readonly #hours: Collection<SourceHourDoc>;
  readonly #keptMs: number;

  constructor({ db, retention }: StoreConnection) {
    this.#hours = db.collection<SourceHourDoc>('sourceHours');
    this.#keptMs = retention.sourceHourDays * dayMs;
  }

  /** Adds to what is there. Not idempotent: after a failure, what was added is not known. */
  async add(hours: readonly SourceHour[]): Promise<void> {
    if (hours.length === 0) return;
    await this.#hours.bulkWrite(
      hours.flatMap(({ ws, source, hour, traffic }) => {
        const expireAt = new Date(hour + this.#keptMs);
        return [
          increment(hourId(ws, source, hour), { ws, source, hour, expireAt }, traffic),
          increment(totalId(ws, source), { ws, source }, traffic),
        ];
      }),
      { ordered: false },
    );
  }

  /** The hours of `[from, to)` in which a source sent something, oldest first. */
  async between(ws: WorkspaceId, source: string, from: number, to: number): Promise<SourceHour[]> {
    const _id = { $gte: hourId(ws, source, from), $lt: hourId(ws, source, to) };
    const docs = await this.#hours.find({ _id }).sort({ _id: 1 }).toArray();
    return docs.map((doc) => ({ ws, source, hour: doc.hour ?? 0, traffic: toTraffic(doc) }));
  }

  /** What each source of a workspace has sent since an hour began, by source. */
  async since(ws: WorkspaceId, from: number): Promise<Map<string, SourceTraffic>> {
    const docs = await this.#hours.find({ ws, hour: { $gte: from } }).toArray();
    const found = new Map<string, SourceTraffic>();
    for (const doc of docs) found.set(doc.source, addTraffic(found.get(doc.source) ?? noTraffic, toTraffic(doc)));
    return found;
  }

  /** What these sources have ever sent, by source. */
  async totals(ws: WorkspaceId, sources: readonly string[]): Promise<Map<string, SourceTraffic>> {
    const docs = await this.#hours.find({ _id: { $in: sources.map((source) => totalId(ws, source)) } }).toArray();
    return new Map(docs.map((doc) => [doc.source, toTraffic(doc)]));
  }
}

function increment(
  _id: string,
  onInsert: Pick<SourceHourDoc, 'ws' | 'source' | 'hour' | 'expireAt'>,
  traffic: SourceTraffic,
): AnyBulkWriteOperation<SourceHourDoc> {
  const counts = countNames.filter((name) => traffic[name] > 0).map((name) => [name, traffic[name]]);
  // Codes are words of the product, never what a sender wrote.
  const codes = Object.entries(traffic.rejectedByCode).map(([code, count]) => [`rejectedByCode.${code}`, count]);
  const update = {
    $setOnInsert: onInsert,
    $inc: Object.fromEntries([...counts, ...codes]) as Record<string, number>,
    ...(traffic.lastAt !== undefined && { $max: { lastAt: traffic.lastAt } }),
  };
  return { updateOne: { filter: { _id }, update, upsert: true } };
}

function toTraffic(doc: SourceHourDoc): SourceTraffic {
  const counts = Object.fromEntries(countNames.map((name) => [name, doc[name] ?? 0]));
  const lastAt = doc.lastAt === undefined ? {} : { lastAt: doc.lastAt };
  return { ...noTraffic, ...counts, rejectedByCode: doc.rejectedByCode ?? {}, ...lastAt };
}
