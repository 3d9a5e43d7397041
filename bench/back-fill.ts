import type { Bench } from './bench';
import { rateOf } from './measure';
import { storePeople } from './people';
import type { Heddle } from './rig';
import { within, type Tenant } from './tenant';

const eventsEach = 10;
const patienceMs = 30 * 60_000;

/**
 * A new audience among many who have ten events each, until everybody has been judged, in events of theirs a second. Floor: a cursor that reads
 * all these events and does nothing with them.
 */
export const backFill: Bench = async (rig, { profiles }) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await storePeople(heddle, tenant, profiles, { events: eventsEach, traits: () => ({}) });
  const events = profiles * eventsEach;
  const floor = await rateOf(events, () => readAll(heddle, tenant));
  const read = heddle.meter();
  const value = await rateOf(events, async () => {
    const rule = { event: 'Order', count: { is: 'at_least', value: eventsEach }, within: '365d' } as const;
    await tenant.client.audiences.put('loyal', { name: 'Loyal', rule });
    await whenReady(tenant, 'loyal');
  });
  const usage = read(events);
  const { size } = await tenant.client.audiences.get('loyal');
  if (size !== profiles) throw new Error(`${size} of ${profiles} became members.`);
  const name = `back-fill of a new audience, ${profiles.toLocaleString('en')} profiles`;
  return [{ name, unit: 'events/s', value, floor, ratio: value / floor, target: 0.5, usage }];
};

async function readAll({ store }: Heddle, { ws }: Tenant): Promise<void> {
  const cursor = store.connection.db.collection('events').find({ ws });
  while (await cursor.hasNext()) await cursor.next();
}

export async function whenReady({ client }: Tenant, audience: string): Promise<void> {
  const isReady = async () => (await client.audiences.get(audience)).status === 'ready';
  await within('everybody to be judged', isReady, { everyMs: 500, forMs: patienceMs });
}
