import type { Bench } from './bench';
import { median, percentile } from './measure';
import { within } from './tenant';

const samples = 100;
const warmUp = 10;
const windowMs = 40_000;
const pollMs = 5;
const patienceMs = 120_000;

/**
 * From the moment that an event is sent to the moment that its membership stands in the database, one after another; then how long after the
 * instant at which its window closes each is taken out, with no event.
 */
export const membership: Bench = async (rig) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  const { client, ws } = tenant;
  await client.audiences.put('present', { name: 'Present', rule: { event: 'Seen', within: `${windowMs / 1_000}s` } });
  const size = () => heddle.store.memberships.size(ws, 'present');
  const entering: number[] = [];
  const dueAt: number[] = [];
  for (let sample = 0; sample < warmUp + samples; sample += 1) {
    const [sentAt, startedAt] = [Date.now(), performance.now()];
    await client.events.track({ userId: `user-${sample}`, event: 'Seen', timestamp: new Date(sentAt).toISOString() });
    await within('the membership', async () => (await size()) > sample, { everyMs: pollMs });
    if (sample >= warmUp) entering.push(performance.now() - startedAt);
    // The window is closed: its last instant is inside.
    dueAt.push(sentAt + windowMs + 1);
  }
  if (Date.now() >= Number(dueAt[0])) throw new Error('The first window closed before the last had opened.');
  const late: number[] = [];
  await within(
    'everybody to be taken out',
    async () => {
      for (const gone = dueAt.length - (await size()); late.length < gone;)
        late.push(Date.now() - Number(dueAt[late.length]));
      return late.length === dueAt.length;
    },
    { everyMs: pollMs, forMs: patienceMs },
  );
  return [
    inMs('event to membership: p95', entering, 0.95, 250),
    inMs('timed exit after its instant: p99', late, 0.99, 2_000),
  ];
};

const inMs = (name: string, times: readonly number[], share: number, target: number) => ({
  ...{ name, value: percentile(times, share), unit: 'ms', target },
  note: `p50 ${median(times).toFixed(0)} ms of ${times.length}`,
});
