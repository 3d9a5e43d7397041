import { LRUCache } from 'lru-cache';
import { admit, type EventShape } from '../domain/catalogue/admit';
import { isSomebody, learn, startLearning, type EventLearning } from '../domain/catalogue/learning';
import type { Event } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import { addTraffic, hourOf, isLate, noTraffic, type SourceTraffic } from '../domain/traffic/source-counts';
import type { EventDoc } from './documents';
import { catalogueId, type CatalogueRepository } from './catalogue';
import type { SourceHour, SourceHourRepository } from './source-hours';

/** Bounds of what is learned: event names of a workspace, properties of one event. */
export interface CatalogueLimits {
  readonly events: number;
  readonly properties: number;
}
export const usualCatalogueLimits: CatalogueLimits = { events: 1_000, properties: 300 };

interface RecorderOptions {
  readonly store: {
    readonly sourceHours: Pick<SourceHourRepository, 'add'>;
    readonly catalogue: Pick<CatalogueRepository, 'add' | 'ids' | 'shapes'>;
  };
  readonly limits: CatalogueLimits;
  /** A flush failed; what it held is lost, and nothing else. */
  readonly onFailure: (error: unknown) => void;
}

interface WorkspaceLearning {
  readonly events: Map<string, EventLearning>;
  rest: number;
}

const flushEveryMs = 1_000;
/** Other processes learn, too: what is held is read again after this. */
const shapesKeptMs = 5 * 60_000;

/**
 * Counts what sources send and learns what their events look like, in memory, and adds it to the store about once a second, so that
 * the door does not wait for it. What is in memory when a process is killed is not counted.
 */
export class TrafficRecorder {
  #hours = new Map<string, SourceHour>();
  #learned = new Map<WorkspaceId, WorkspaceLearning>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  readonly #ids = new LRUCache<WorkspaceId, Set<string>>({ max: 1_000, ttl: shapesKeptMs });
  readonly #shapes = new LRUCache<string, EventShape>({ max: 5_000, ttl: shapesKeptMs });

  constructor(readonly options: RecorderOptions) {}

  /** Events that were stored, except those that were known already. */
  accepted(ws: WorkspaceId, source: string, events: readonly EventDoc[], duplicateIndexes: readonly number[]): void {
    const known = new Set(duplicateIndexes);
    const fresh = known.size === 0 ? events : events.filter((_, index) => !known.has(index));
    const bytes = fresh.reduce((sum, event) => sum + (event.bytes ?? 0), 0);
    const flagged = fresh.filter((event) => event.violations !== undefined).length;
    const counts = { accepted: fresh.length, late: fresh.filter(isLate).length, duplicates: known.size };
    this.count(ws, source, events[0]?.receivedAt, { ...counts, flagged, bytes });
    for (const event of fresh) this.#learn(ws, source, event);
  }

  /** Adds to the hour of an instant; without one there is nothing to add. */
  count(ws: WorkspaceId, source: string, at: number | undefined, counts: Partial<SourceTraffic>): void {
    if (at === undefined) return;
    const hour = hourOf(at);
    const id = `${ws}\n${source}\n${hour}`;
    const before = this.#hours.get(id)?.traffic ?? noTraffic;
    const traffic = addTraffic(before, { ...noTraffic, ...counts, lastAt: at });
    this.#hours.set(id, { ws, source, hour, traffic });
    this.#schedule();
  }

  /** Adds to the store what has been counted and learned until now. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#write()).catch(this.options.onFailure);
    return this.#flushing;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), flushEveryMs).unref();
  }

  #learn(ws: WorkspaceId, source: string, event: Event): void {
    const { limits } = this.options;
    const learned = this.#learned.get(ws) ?? { events: new Map<string, EventLearning>(), rest: 0 };
    this.#learned.set(ws, learned);
    const id = catalogueId(ws, event);
    let learning = learned.events.get(id);
    if ((!learning && learned.events.size >= limits.events) || isSomebody(event)) {
      learned.rest += 1;
      return;
    }
    if (!learning) learned.events.set(id, (learning = startLearning(event)));
    learn(learning, event, { source, mostProperties: limits.properties });
  }

  async #write(): Promise<void> {
    const hours = this.#hours;
    const learned = this.#learned;
    this.#hours = new Map();
    this.#learned = new Map();
    await this.options.store.sourceHours.add([...hours.values()]);
    for (const [ws, learning] of learned) await this.#writeLearning(ws, learning);
  }

  async #writeLearning(ws: WorkspaceId, { events, rest }: WorkspaceLearning): Promise<void> {
    const { store, limits } = this.options;
    const known = await this.#idsOf(ws);
    await this.#readShapes([...events.keys()].filter((id) => known.has(id)));
    let beyond = rest;
    const admitted: EventLearning[] = [];
    for (const [id, learning] of events) {
      if (!known.has(id) && known.size >= limits.events) {
        beyond += learning.count;
        continue;
      }
      known.add(id);
      admitted.push(admit(learning, this.#shapeOf(id), limits.properties));
    }
    await store.catalogue.add(ws, admitted, { count: beyond });
  }

  async #idsOf(ws: WorkspaceId): Promise<Set<string>> {
    const held = this.#ids.get(ws);
    if (held) return held;
    const ids = await this.options.store.catalogue.ids(ws);
    this.#ids.set(ws, ids);
    return ids;
  }

  #shapeOf(id: string): EventShape {
    const held = this.#shapes.get(id);
    if (held) return held;
    const shape: EventShape = new Map();
    this.#shapes.set(id, shape);
    return shape;
  }

  async #readShapes(ids: readonly string[]): Promise<void> {
    const unread = ids.filter((id) => !this.#shapes.has(id));
    for (const [id, shape] of await this.options.store.catalogue.shapes(unread)) this.#shapes.set(id, shape);
  }
}
