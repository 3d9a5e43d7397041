import type { UpdateOneModel } from 'mongodb';
import type { EventDoc } from '../src/store/documents';
import { inTransaction } from '../src/store/open-store';
import type { Bench } from './bench';
import { alternately, metered, rateOf, summary } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';
import { putDefinitions, traffic } from './traffic';

const rounds = 4;
const eventsPerRound = 3_000;
const people = 600;
/** What one of Heddle's transactions takes. */
const batchSize = 500;

/** From acknowledged to profile, audiences and journey entries updated: ten audiences, three journeys. */
export const apply: Bench = async (rig) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await putDefinitions(tenant.client);
  return [await measureApply(heddle, tenant, { people, times: rounds, target: 0.3 })];
};

export interface ApplyOptions {
  readonly people: number;
  readonly times: number;
  readonly target?: number;
}

export async function measureApply(heddle: Heddle, tenant: Tenant, { people: among, times, target }: ApplyOptions) {
  let sent = 0;
  const applyRound = metered(heddle, eventsPerRound, async () => {
    const docs = tenant.toDocs(traffic(eventsPerRound, among, sent));
    sent += eventsPerRound;
    return applyAll(heddle, tenant, docs);
  });
  const floorRound = () => floor(heddle, tenant, among);
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
async function floor({ store }: Heddle, tenant: Tenant, among: number): Promise<number> {
  const { connection } = store;
  const log = connection.db.collection<EventDoc>('floorEvents');
  const persons = connection.db.collection<{ _id: string }>('floorPersons');
  const docs = tenant.toDocs(traffic(eventsPerRound, among));
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
