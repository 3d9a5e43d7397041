import { whenReady } from './back-fill';
import type { Bench } from './bench';
import { percentile } from './measure';
import { storePeople } from './people';
import { within, type Tenant } from './tenant';

const minute = 60_000;
const patienceMs = 30 * minute;
/** Between two requests of whoever goes on sending meanwhile, in milliseconds. */
const everyMs = 100;
const before = 20_000;

/**
 * Many people become members by time alone, all within one minute, while events go on arriving: how long after the minute everybody is in, and
 * what accepting an event takes meanwhile against before.
 */
export const due: Bench = async (rig, { profiles }) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  const opensAt = Date.now() + profiles * msToPrepareOne + 2 * before;
  const renewsAt = (number: number): string => new Date(opensAt + ((number * 7_919) % minute)).toISOString();
  await storePeople(heddle, tenant, profiles, { events: 0, traits: (number) => ({ renewed: renewsAt(number) }) });
  const rule = { trait: 'renewed', is: 'within_last', value: '7d' } as const;
  await tenant.client.audiences.put('renewed', { name: 'Renewed', rule });
  await whenReady(tenant, 'renewed');
  if (Date.now() + before > opensAt) throw new Error('Preparing took longer than foreseen: ask for fewer profiles.');
  const sender = startSending(tenant);
  await within('the minute to begin', async () => Date.now() >= opensAt, { forMs: patienceMs });
  const calm = sender.takeP95();
  await within(
    'everybody to be a member',
    async () => (await heddle.store.memberships.size(tenant.ws, 'renewed')) >= profiles,
    {
      ...{ everyMs: 1_000, forMs: patienceMs },
    },
  );
  const value = Math.max(0, Date.now() - opensAt - minute) / 1_000;
  const busy = sender.takeP95();
  await sender.stop();
  const name = `timed entries: everybody in after the minute, ${profiles.toLocaleString('en')} due in it`;
  const ingest = 'accepting one event meanwhile: p95';
  return [
    { name, value, unit: 's', target: 30 },
    { name: ingest, value: busy, floor: calm, ratio: calm / busy, unit: 'ms', target: 0.67 },
  ];
};

/** Storing, and judging once, before the minute may begin: generous. */
const msToPrepareOne = 8;

/** Events of one person, one after another, at a pace that any machine keeps. */
function startSending({ client }: Tenant) {
  let times: number[] = [];
  let isOver = false;
  const send = async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await client.events.track({ userId: 'sender', event: 'Sent' });
      times.push(performance.now() - startedAt);
      await new Promise((next) => setTimeout(next, everyMs));
    }
  };
  const sending = send();
  return {
    /** Of what was sent since the last time it was asked for. */
    takeP95: () => {
      const p95 = percentile(times, 0.95);
      times = [];
      return p95;
    },
    stop: () => {
      isOver = true;
      return sending;
    },
  };
}
