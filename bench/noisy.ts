import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Bench } from './bench';
import { startFloor } from './floor/start-floor';
import { percentile } from './measure';
import { traffic } from './traffic';

const singles = 400;
/** Between two events of the quiet source, in milliseconds. */
const pause = 10;
const target = 2;

/**
 * The p99 of a source that sends one event after another while another workspace sends batches of 5,000 as fast as it can, from a process of
 * its own, against the p99 alone.
 */
export const noisy: Bench = async (rig) => {
  const heddle = await rig.start(['api'], unlimited);
  const [quiet, loud] = [await heddle.createTenant(), await heddle.createTenant()];
  const pool = new Pool(heddle.url, { connections: 1 });
  const latencies = () => measure(pool, quiet.writeKey);
  await latencies();
  const alone = await latencies();
  const before = await loud.acceptedSoFar();
  const startedAt = performance.now();
  const flood = await startFloor('flood.ts', [heddle.url, loud.writeKey], async () =>
    (await loud.acceptedSoFar()) > before ? true : false,
  );
  const during = await latencies();
  const seconds = (performance.now() - startedAt) / 1_000;
  const flooded = (await loud.acceptedSoFar()) - before;
  await flood.stop();
  await pool.close();
  const [quietly, loudly] = [percentile(alone, 0.99), percentile(during, 0.99)];
  return [
    {
      ...{ name: 'noisy: p99 of a quiet source beside a flood, times its p99 alone', unit: '×', target },
      value: loudly / quietly,
      note: `p99 ${quietly.toFixed(1)} ms alone, ${loudly.toFixed(1)} ms beside ${Math.round(flooded / seconds)} events/s`,
    },
  ];
};

/** The flood is to be slowed by fairness alone. */
const unlimited = { HEDDLE_WORKSPACE_EVENTS_PER_SECOND: '10000000', HEDDLE_KEY_EVENTS_PER_SECOND: '10000000' };

async function measure(pool: Pool, writeKey: string): Promise<number[]> {
  const found: number[] = [];
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${writeKey}` };
  for (const event of traffic(singles, 100)) {
    const body = JSON.stringify({ ...event, type: 'track', event: 'Product Viewed', messageId: randomUUID() });
    const startedAt = performance.now();
    const answer = await pool.request({ method: 'POST', path: '/v1/track', headers, body });
    await answer.body.dump();
    found.push(performance.now() - startedAt);
    if (answer.statusCode !== 200) throw new Error(`The quiet source was answered ${answer.statusCode}.`);
    await delay(pause);
  }
  return found;
}
