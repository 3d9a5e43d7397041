import type { UpdateOneModel } from 'mongodb';
import type { EventDoc } from '../src/store/documents';
import { inTransaction } from '../src/store/open-store';
import type { Bench } from './bench';
import { alternately, metered, rateOf, summary } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';
import { putDefinitions, traffic } from './traffic';

const usual = { people: 600, events: 3_000, times: 4, target: 0.3 };
/** What one of Heddle's transactions takes. */
const batchSize = 500;

/** From acknowledged to profile, audiences and journey entries updated: ten audiences, three journeys. */
export const apply: Bench = async (rig) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await putDefinitions(tenant.client);
  return [await measureApply(heddle, tenant, usual)];
};

export interface ApplyOptions {
  readonly people: number;
  /** In each round. */
  readonly events: number;
  readonly times: number;
  readonly target?: number;
}

export async function measureApply(heddle: Heddle, tenant: Tenant, { people, events, times, target }: ApplyOptions) {
  let sent = 0;
  const applyRound = metered(heddle, events, async () => {
    const docs = tenant.toDocs(traffic(events, people, sent));
    sent += events;
    return applyAll(heddle, tenant, docs);
  });
  const floorRound = () => floor(heddle, tenant.toDocs(traffic(events, people)));
  await applyRound.rate();
  await floorRound();
  const pairs = await alternately(times, applyRound.rate, floorRound);
  const usage = applyRound.usage();
  return { name: 'apply', unit: 'events/s', ...summary(pairs), ...(target !== undefined && { target }), usage };
}

/** Stores the events as the door does, then counts the time until all are applied. */
export async function applyAll(heddle: Heddle, tenant: Tenant, docs: readonly EventDoc[]): Promise<number> {
  await heddle.store.events.insertPending(docs);
  return rateOf(docs.length, () => tenant.applyPending());
}

/**
 * `insertMany`, and one `bulkWrite` with an update of a person by `_id` for each event: no order, no identity, no rules. In one
 * transaction a batch, as Heddle's: the stores that wait for the disk once for each commit are far slower without.
 */
async function floor({ store }: Heddle, docs: readonly EventDoc[]): Promise<number> {
  const { connection } = store;
  const log = connection.db.collection<EventDoc>('floorEvents');
  const persons = connection.db.collection<{ _id: string }>('floorPersons');
  const rate = await rateOf(docs.length, async () => {
    for (let start = 0; start < docs.length; start += batchSize) {
      const batch = docs.slice(start, start + batchSize);
      await inTransaction(connection, async (session) => {
        await log.insertMany(batch, { session, ordered: false });
        const updates = batch.map((doc) => ({ updateOne: updateOf(doc) }));
        await persons.bulkWrite(updates, { session, ordered: false });
      });
    }
  });
  await log.drop();
  return rate;
}

function updateOf({ identifiers, traits, receivedAt, name }: EventDoc): UpdateOneModel<{ _id: string }> {
  const update = { $set: { traits, at: receivedAt }, $inc: { [`counts.${name}`]: 1 } };
  return { filter: { _id: identifiers[0]?.value ?? '' }, update, upsert: true };
}
