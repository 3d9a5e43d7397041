import { createHash } from 'node:crypto';
import { Pool } from 'undici';
import { profileId, subjectOf } from '../src/domain/ids';
import { newProfile } from '../src/domain/profiles/profile';
import { inTransaction } from '../src/store/open-store';
import type { Bench } from './bench';
import { median, percentile } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';

const samples = 40;
const warmUp = 5;
const atATime = 1_000;
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
  await fill(heddle, tenant, profiles);
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

/** Profiles with ids as of chance, and events each, straight into the store. */
async function fill({ store }: Heddle, { ws }: Tenant, wanted: number): Promise<void> {
  const now = Date.now();
  const events = store.connection.db.collection<{ _id: string }>('events');
  for (let made = 0; made < wanted; made += atATime) {
    const numbers = Array.from({ length: Math.min(atATime, wanted - made) }, (_, index) => made + index);
    const people = numbers.map((number) => {
      const id = profileId(`prf_${createHash('md5').update(String(number)).digest('hex')}`);
      const tier = number % oneIn === 0 ? 'gold' : 'silver';
      const traits = { tier: { value: tier, at: now, since: now, source: 'bench' } };
      return { ...newProfile({ id, createdAt: now, evaluatedAt: now, rulesetVersion: 1 }), traits, seq: eventsEach };
    });
    const writes = people.map((profile) => ({ profile }));
    await inTransaction(store.connection, async (session) => void (await store.profiles.write(ws, writes, session)));
    const happened = people.flatMap(({ id }) =>
      Array.from({ length: eventsEach }, (_, seq) => ({
        ...{ _id: `${ws}:${id}-${seq}`, ws, messageId: `${id}-${seq}`, kind: 'track', name: 'Order', source: 'bench' },
        ...{ state: 'applied', profile: id, subject: subjectOf(ws, id), seq, occurredAt: now - seq * 86_400_000 },
        ...{ receivedAt: now, identifiers: [], properties: { revenue: 10 }, traits: {}, context: {}, isTrusted: true },
      })),
    );
    await events.insertMany(happened, { ordered: false });
  }
}
