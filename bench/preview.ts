import { Pool } from 'undici';
import type { Bench } from './bench';
import { median, percentile } from './measure';
import { storePeople } from './people';

const samples = 40;
const warmUp = 5;
const eventsEach = 3;
/** Milliseconds. */
const most = 500;
/** One in so many is asked for. */
const oneIn = 10;
/** Asking everybody takes a millisecond or two each; among more than these it would be most of the bench. */
const mostAskedWhole = 20_000;

/**
 * `POST /v1/audiences/{key}/preview` of a draft on a trait and an event, among many with a few events each, one request after another; beside
 * it how often the true number was within the bounds, and what asking everybody takes.
 */
export const preview: Bench = async (rig, { profiles }) => {
  const heddle = await rig.start(['api']);
  const tenant = await heddle.createTenant();
  await storePeople(heddle, tenant, profiles, {
    events: eventsEach,
    traits: (number) => ({ tier: number % oneIn === 0 ? 'gold' : 'silver' }),
  });
  const pool = new Pool(heddle.url, { connections: 1 });
  const headers = { authorization: `Bearer ${tenant.apiKey}`, 'content-type': 'application/json' };
  const rule = {
    all: [
      { trait: 'tier', is: 'equals', value: 'gold' },
      { event: 'Order', within: '30d' },
    ],
  };
  const ask = async (body: object) => {
    const startedAt = performance.now();
    const answer = await pool.request({
      ...{ path: '/v1/audiences/draft/preview', method: 'POST', headers },
      body: JSON.stringify({ rule, ...body }),
    });
    const found = (await answer.body.json()) as { count: number; low: number; high: number };
    if (answer.statusCode !== 200)
      throw new Error(`A preview was answered ${answer.statusCode}: ${JSON.stringify(found)}`);
    return { ms: performance.now() - startedAt, ...found };
  };
  const truth = Math.ceil(profiles / oneIn);
  const times: number[] = [];
  let held = 0;
  for (let sample = -warmUp; sample < samples; sample += 1) {
    const { ms, low, high } = await ask({});
    if (sample < 0) continue;
    times.push(ms);
    if (low <= truth && truth <= high) held += 1;
  }
  const all = profiles <= mostAskedWhole ? await ask({ exact: true }) : undefined;
  if (all && all.count !== truth) throw new Error(`Asking everybody found ${all.count} of ${truth}.`);
  await pool.close();
  const whole = all ? `; asking everybody: ${(all.ms / 1_000).toFixed(1)} s` : '';
  const note = `p50 ${median(times).toFixed(0)} ms; the true number was within the bounds in ${held} of ${samples}${whole}`;
  const name = `preview: p95 of a draft, ${profiles.toLocaleString('en')} profiles`;
  return [{ name, value: percentile(times, 0.95), unit: 'ms', target: most, note }];
};
