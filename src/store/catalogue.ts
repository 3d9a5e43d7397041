import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { EventShape } from '../domain/catalogue/admit';
import type { EventLearning, PropertyLearning, PropertyType } from '../domain/catalogue/learning';
import type { EventKind } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';

/** Keys in base64url: they are users' data, and a path of an update has neither dots nor dollars in its parts. */
type ByText<Value> = Readonly<Record<string, Value>>;

interface PropertyDoc {
  readonly count?: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly types?: Readonly<Partial<Record<PropertyType, number>>>;
  readonly values?: ByText<number>;
  readonly isMany?: boolean;
}

export interface CatalogueDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly kind: EventKind;
  readonly name: string;
  readonly count: number;
  readonly sampled: number;
  readonly unlearned?: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly sources?: ByText<number>;
  readonly identifiers?: Readonly<Record<string, number>>;
  readonly properties?: ByText<PropertyDoc>;
}

export interface CatalogueEvent extends Omit<CatalogueDoc, '_id' | 'ws' | 'sources' | 'properties' | 'unlearned'> {
  readonly unlearned: number;
  readonly bySource: Readonly<Record<string, number>>;
}

export interface CatalogueProperty {
  /** `properties` or `traits`, and the path below it. */
  readonly path: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly types: Readonly<Partial<Record<PropertyType, number>>>;
  readonly values: ReadonlyMap<string, number> | 'many';
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const decode = (text: string): string => Buffer.from(text, 'base64url').toString();
export const catalogueId = (ws: WorkspaceId, { kind, name }: Pick<EventLearning, 'kind' | 'name'>): string =>
  `${ws}:${kind}:${name}`;
/** Sorts before every event of the workspace. */
const restId = (ws: WorkspaceId): string => `${ws}!rest`;
const inWorkspace = (ws: WorkspaceId) => ({ _id: { $gt: `${ws}:`, $lt: `${ws};` } });

/** What the events of a workspace look like, learned from traffic. */
export class CatalogueRepository {
  readonly #events: Collection<CatalogueDoc>;

  constructor({ db }: StoreConnection) {
    this.#events = db.collection<CatalogueDoc>('catalogueEvents');
  }

  /** Adds to what is there. Not idempotent: after a failure, what was added is not known. */
  async add(ws: WorkspaceId, learned: readonly EventLearning[], rest: { readonly count: number }): Promise<void> {
    const writes = learned.map((learning) => increment(ws, learning));
    if (rest.count > 0)
      writes.push({
        updateOne: { filter: { _id: restId(ws) }, update: { $inc: { count: rest.count } }, upsert: true },
      });
    if (writes.length > 0) await this.#events.bulkWrite(writes, { ordered: false });
  }

  async ids(ws: WorkspaceId): Promise<Set<string>> {
    const docs = await this.#events.find(inWorkspace(ws), { projection: { _id: 1 } }).toArray();
    return new Set(docs.map(({ _id }) => _id));
  }

  /** What is held of these events, by id; without those of which nothing is. */
  async shapes(ids: readonly string[]): Promise<Map<string, EventShape>> {
    if (ids.length === 0) return new Map();
    const docs = await this.#events.find({ _id: { $in: [...ids] } }, { projection: { properties: 1 } }).toArray();
    return new Map(
      docs.map(({ _id, properties = {} }) => [
        _id,
        new Map(
          Object.entries(properties).map(([path, { values = {}, isMany }]) => [
            decode(path),
            isMany ? 'many' : new Set(Object.keys(values).map(decode)),
          ]),
        ),
      ]),
    );
  }

  /** By name, without properties. */
  async list(ws: WorkspaceId): Promise<CatalogueEvent[]> {
    const docs = await this.#events.find(inWorkspace(ws), { projection: { properties: 0 } }).toArray();
    return docs.map(toEvent).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Events of names beyond the bound, which the catalogue only counts. */
  async rest(ws: WorkspaceId): Promise<number> {
    return (await this.#events.findOne({ _id: restId(ws) }))?.count ?? 0;
  }

  async find(
    ws: WorkspaceId,
    of: Pick<EventLearning, 'kind' | 'name'>,
  ): Promise<{ readonly event: CatalogueEvent; readonly properties: CatalogueProperty[] } | undefined> {
    const doc = await this.#events.findOne({ _id: catalogueId(ws, of) });
    if (!doc) return undefined;
    const properties = Object.entries(doc.properties ?? {}).map(([path, property]) => toProperty(path, property));
    return { event: toEvent(doc), properties: properties.sort((one, other) => (one.path < other.path ? -1 : 1)) };
  }
}

function increment(ws: WorkspaceId, learning: EventLearning): AnyBulkWriteOperation<CatalogueDoc> {
  const { kind, name, count, sampled, unlearned, firstAt, lastAt } = learning;
  const $inc: Record<string, number> = { count, sampled, ...(unlearned > 0 && { unlearned }) };
  const $min: Record<string, number> = { firstAt };
  const $max: Record<string, number | true> = { lastAt };
  for (const [source, times] of learning.bySource) $inc[`sources.${encode(source)}`] = times;
  for (const [type, times] of learning.identifiers) $inc[`identifiers.${type}`] = times;
  const $unset: Record<string, ''> = {};
  for (const [path, property] of learning.properties)
    addProperty(`properties.${encode(path)}`, property, { $inc, $min, $max, $unset });
  const update = {
    $setOnInsert: { ws, kind, name },
    $inc,
    $min,
    $max,
    ...(Object.keys($unset).length > 0 && { $unset }),
  };
  return { updateOne: { filter: { _id: catalogueId(ws, learning) }, update, upsert: true } };
}

interface Changes {
  readonly $inc: Record<string, number>;
  readonly $min: Record<string, number>;
  readonly $max: Record<string, number | true>;
  readonly $unset: Record<string, ''>;
}

function addProperty(at: string, { count, firstAt, lastAt, types, values }: PropertyLearning, changes: Changes): void {
  changes.$inc[`${at}.count`] = count;
  changes.$min[`${at}.firstAt`] = firstAt;
  changes.$max[`${at}.lastAt`] = lastAt;
  for (const [type, times] of types) changes.$inc[`${at}.types.${type}`] = times;
  if (values === 'many') {
    changes.$max[`${at}.isMany`] = true;
    changes.$unset[`${at}.values`] = '';
    return;
  }
  for (const [value, times] of values) changes.$inc[`${at}.values.${encode(value)}`] = times;
}

function toEvent({ kind, name, count, sampled, unlearned = 0, firstAt, lastAt, sources, identifiers }: CatalogueDoc) {
  const bySource = Object.fromEntries(Object.entries(sources ?? {}).map(([source, times]) => [decode(source), times]));
  return { kind, name, count, sampled, unlearned, firstAt, lastAt, bySource, ...(identifiers && { identifiers }) };
}

function toProperty(path: string, { count = 0, firstAt, lastAt, types = {}, values = {}, isMany }: PropertyDoc) {
  const seen = new Map(Object.entries(values).map(([value, times]) => [decode(value), times]));
  return { path: decode(path), count, firstAt, lastAt, types, values: isMany ? ('many' as const) : seen };
}
