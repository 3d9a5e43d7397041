import { randomUUID } from 'node:crypto';
import { applyEventBatch, applyTime, type ApplyDeps } from '../src/activities/apply/apply';
import type { Identifier } from '../src/domain/events/event';
import { subjectOf, type ProfileId, type WorkspaceId } from '../src/domain/ids';
import { eventWaitKey } from '../src/domain/journeys/wait-keys';
import { omit } from '../src/domain/json';
import { RulesetCache } from '../src/folding/ruleset-cache';
import type { EventDoc, IdentifierDoc, ProfileDoc } from '../src/store/documents';
import type { MergeDoc } from '../src/store/merges';
import { inTransaction } from '../src/store/open-store';
import { pendingEventDoc } from '../src/store/pending-event';
import type { Bench } from './bench';
import { percentile } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';
import { person, putDefinitions, traffic, type SentEvent } from './traffic';

const few = 10;
const rounds = 60;
/** Milliseconds. */
const most = 50;
/** How many times as long merging may take for people with long histories. */
const mostTimes = 1.5;
const atATime = 5_000;
const historyMs = 90 * 24 * 3_600_000;

/**
 * What one merge takes, from the claimed event to the commit, of two known people with so many stored events each: ten audiences, three
 * journeys. In turn with people who have few, and with a bare transaction of the same writes. Each merge is put back as it was.
 */
export const merge: Bench = async (rig, { storedEvents }) => {
  const heddle = await rig.start(['api']);
  const tenant = await heddle.createTenant();
  await putDefinitions(tenant.client);
  const [short, long] = [await Couple.meet(heddle, tenant, 0, few), await Couple.meet(heddle, tenant, 2, storedEvents)];
  const times = { short: [] as number[], long: [] as number[], bare: [] as number[] };
  for (let round = -5; round < rounds; round += 1) {
    const took = { short: await short.merge(), long: await long.merge(), bare: await long.writeBare() };
    if (round >= 0) for (const kind of ['short', 'long', 'bare'] as const) times[kind].push(took[kind]);
  }
  const p95 = (kind: keyof typeof times): number => percentile(times[kind], 0.95);
  const [shortly, longly] = [p95('short'), p95('long')];
  const note = `a bare transaction of the same documents: p95 ${p95('bare').toFixed(1)} ms; ${rounds} merges each`;
  const each = storedEvents.toLocaleString('en');
  return [
    { name: `merge: p95 with ${few} stored events each`, value: shortly, unit: 'ms', target: most, note },
    { name: `merge: p95 with ${each} stored events each`, value: longly, unit: 'ms', target: most },
    {
      name: `merge: p95 with ${each} events, times that with ${few}`,
      value: longly / shortly,
      unit: '×',
      target: mostTimes,
    },
  ];
};

/** Two people who are merged time and again. */
class Couple {
  readonly #deps: ApplyDeps;
  #n = 0;

  private constructor(
    readonly heddle: Heddle,
    readonly ws: WorkspaceId,
    readonly names: readonly Identifier[],
    readonly profiles: readonly ProfileDoc[],
    readonly identifiers: readonly IdentifierDoc[],
  ) {
    this.#deps = { store: heddle.store, clock: Date.now, rulesets: new RulesetCache(heddle.store) };
  }

  static async meet(heddle: Heddle, tenant: Tenant, first: number, each: number): Promise<Couple> {
    const { store } = heddle;
    const { ws } = tenant;
    const deps = { store, clock: Date.now, rulesets: new RulesetCache(store) };
    const ids: ProfileId[] = [];
    for (const number of [first, first + 1]) {
      const docs = tenant.toDocs([{ ...person(number), type: 'identify', traits: { tier: 'gold' } }]);
      await store.events.insertPending(docs);
      await applyEventBatch(deps, ws, docs);
      const owner = await store.identifiers.ownerOf(ws, { type: 'user_id', value: person(number).userId });
      if (!owner) throw new Error('A person of the benchmark has no profile.');
      await giveHistory(heddle, tenant, owner, number, each);
      ids.push(owner);
    }
    // Behaviour and audiences follow from what is stored, as after a definition has changed.
    const { profiles, identifiers } = collections(heddle);
    const documents = { _id: { $in: ids.map((id) => `${ws}:${id}`) } };
    await profiles.updateMany(documents, { $set: { rulesetVersion: 0, seq: each + 1 }, $unset: { workingJson: '' } });
    await applyTime(deps, ws, ids);
    const names = [first, first + 1].map((number) => ({ type: 'user_id', value: person(number).userId }));
    const owned = await identifiers.find({ ws, profile: { $in: ids } }).toArray();
    return new Couple(heddle, ws, names, await profiles.find(documents).toArray(), owned);
  }

  /** Milliseconds of one merge. */
  async merge(): Promise<number> {
    const { store } = this.heddle;
    const now = Date.now();
    const event = {
      ...{ messageId: randomUUID(), kind: 'alias' as const, name: 'alias', occurredAt: now, receivedAt: now },
      ...{ identifiers: this.names, properties: {}, traits: {}, context: {}, source: 'bench' },
      ...{ isTrusted: true, isMerge: true },
    };
    const doc = pendingEventDoc(store.identifiers, this.ws, event, { lane: 'live', bytes: 200, n: (this.#n += 1) });
    await store.events.insertPending([doc]);
    const startedAt = performance.now();
    await applyEventBatch(this.#deps, this.ws, [doc]);
    const took = performance.now() - startedAt;
    if ((await store.merges.countOf(this.ws, this.#ids())) !== 1) throw new Error('The two were not merged.');
    await this.#putBack(doc._id);
    return took;
  }

  /** Milliseconds of one transaction that writes as many documents of the same size, and decides nothing. */
  async writeBare(): Promise<number> {
    const { connection } = this.heddle.store;
    const [floor, ledger] = ['floorProfiles', 'floorMerges'].map((name) => connection.db.collection<Keyed>(name));
    if (!floor || !ledger) return 0;
    const startedAt = performance.now();
    await inTransaction(connection, async (session) => {
      const replaced = [...this.profiles, ...this.identifiers].map((doc: Keyed) => ({
        replaceOne: { filter: { _id: doc._id }, replacement: { ...doc }, upsert: true },
      }));
      await floor.bulkWrite(replaced, { session, ordered: false });
      await ledger.insertOne({ _id: randomUUID(), undoJson: JSON.stringify(this.profiles) }, { session });
    });
    return performance.now() - startedAt;
  }

  async #putBack(event: string): Promise<void> {
    const { profiles, identifiers, merges, events, memberships } = collections(this.heddle);
    const { ws } = this;
    for (const doc of this.profiles) await profiles.replaceOne({ _id: doc._id }, doc);
    for (const doc of this.identifiers) await identifiers.replaceOne({ _id: doc._id }, doc);
    await merges.deleteMany({ ws });
    await events.deleteOne({ _id: event });
    await memberships.deleteMany({ ws, profile: { $in: this.#ids() } });
  }

  readonly #ids = (): ProfileId[] => this.profiles.map(({ id }) => id);
}

interface Keyed {
  readonly _id: string;
  readonly undoJson?: string;
}

const collections = ({ store: { connection } }: Heddle) => ({
  profiles: connection.db.collection<ProfileDoc>('profiles'),
  identifiers: connection.db.collection<IdentifierDoc>('identifiers'),
  merges: connection.db.collection<MergeDoc>('merges'),
  events: connection.db.collection<EventDoc>('events'),
  memberships: connection.db.collection<Keyed & { ws: string; profile: ProfileId }>('memberships'),
});

/** Applied events as they are stored, of three months: what the door and the intake would take minutes for. */
async function giveHistory(
  heddle: Heddle,
  tenant: Tenant,
  id: ProfileId,
  number: number,
  count: number,
): Promise<void> {
  const { ws } = tenant;
  const { events } = collections(heddle);
  const until = Date.now();
  for (let from = 0; from < count; from += atATime) {
    // One person's part of the usual traffic: each number is another event.
    const sent = traffic(Math.min(atATime, count - from), 1, from).map((event): SentEvent => ({
      ...event,
      ...person(number),
    }));
    const docs = tenant.toDocs(sent).map((doc, index): EventDoc => {
      const at = until - Math.floor((historyMs * (count - from - index)) / count);
      const seq = from + index + 2;
      const stamp = { profile: id, subject: subjectOf(ws, id), seq, waitKey: eventWaitKey(ws, id, doc.name) };
      return { ...omit(doc, 'pending', 'pendingKeys'), ...stamp, state: 'applied', occurredAt: at, receivedAt: at };
    });
    await events.insertMany(docs, { ordered: false });
  }
}
