import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Pool } from 'undici';
import type { EventDoc } from '../src/store/documents';
import type { Bench, BenchResult } from './bench';
import { freePort } from '../src/local/free-port';
import { startFloor } from './floor/start-floor';
import { alternately, inParallel, median, metered, rateOf, summary } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';
import { traffic, type SentEvent } from './traffic';

const rounds = 4;
const batchSize = 100;
const batches = 60;
const batchConnections = 8;
const singles = 2_000;
const singleConnections = 32;

/** Batches of 100 until acknowledged, against `insertMany` of the same documents by this process over as many connections. */
export const acceptBatches: Bench = async (rig) => {
  const heddle = await rig.start(['api']);
  return [await measureBatches(heddle, await heddle.createTenant(), rounds)];
};

export async function measureBatches(heddle: Heddle, tenant: Tenant, times: number) {
  const count = batchSize * batches;
  const pool = new Pool(heddle.url, { connections: batchConnections });
  const bare = heddle.store.connection.db.collection<EventDoc>('floor');
  const send = metered(heddle, count, async () => {
    const bodies = chunks(traffic(count, 1_000)).map((events) => JSON.stringify({ batch: events.map(named) }));
    return rateOf(count, () => inParallel(bodies, batchConnections, (body) => post(pool, '/v1/batch', tenant, body)));
  });
  const insert = async () => {
    const lists = chunks(tenant.toDocs(traffic(count, 1_000)));
    return rateOf(count, () =>
      inParallel(lists, batchConnections, (docs) => bare.insertMany([...docs], { ordered: false })),
    );
  };
  await send.rate();
  await insert();
  const pairs = await alternately(times, send.rate, insert);
  const usage = send.usage();
  await pool.close();
  await bare.drop();
  return { name: `accept: batches of ${batchSize}`, unit: 'events/s', ...summary(pairs), target: 0.5, usage };
}

const largeBatches = [5_000, 10_000];
/** How long the largest batch may take until it is acknowledged. */
const mostSeconds = 2;

/** One large compressed batch after another, each until it is acknowledged. 10,000 events of the usual traffic are more than the usual 4 MB. */
export const acceptLarge: Bench = async (rig) => {
  const heddle = await rig.start(['api'], { HEDDLE_MAX_BODY_BYTES: '16777216' });
  const tenant = await heddle.createTenant();
  const pool = new Pool(heddle.url, { connections: 1 });
  const results: BenchResult[] = [];
  for (const size of largeBatches) results.push(await measureLarge(heddle, tenant, pool, size));
  await pool.close();
  return results;
};

async function measureLarge(heddle: Heddle, tenant: Tenant, pool: Pool, size: number): Promise<BenchResult> {
  const seconds: number[] = [];
  const measured = metered(heddle, size, async () => {
    const body = gzipSync(JSON.stringify({ batch: traffic(size, 1_000).map(named) }));
    const startedAt = performance.now();
    await post(pool, '/v1/batch', tenant, body);
    seconds.push((performance.now() - startedAt) / 1_000);
    return size;
  });
  for (let round = 0; round <= rounds; round += 1) await measured.rate();
  const value = median(seconds.slice(1));
  return {
    name: `accept: a batch of ${size}, gzip`,
    ...{ value, unit: 's', target: mostSeconds, usage: measured.usage() },
  };
}

/** One event a request, against a process with an Express route that inserts one document. */
export const acceptSingles: Bench = async (rig) => {
  const heddle = await rig.start(['api']);
  const tenant = await heddle.createTenant();
  const floorPort = await freePort();
  const floorUrl = `http://127.0.0.1:${floorPort}`;
  const floorApi = await startFloor('floor-api.ts', [rig.mongo.uri, heddle.namespace, String(floorPort)], () =>
    fetch(floorUrl).then(
      () => true,
      () => false,
    ),
  );
  const pools = [heddle.url, floorUrl].map((url) => new Pool(url, { connections: singleConnections }));
  const [toHeddle, toFloor] = pools as [Pool, Pool];
  const send = (pool: Pool) => async () => {
    const bodies = traffic(singles, 1_000).map((event) =>
      JSON.stringify(named({ ...event, type: 'track' } as SentEvent)),
    );
    return rateOf(singles, () =>
      inParallel(bodies, singleConnections, (body) => post(pool, '/v1/track', tenant, body)),
    );
  };
  try {
    const measured = metered(heddle, singles, send(toHeddle));
    await measured.rate();
    await send(toFloor)();
    const pairs = await alternately(rounds, measured.rate, send(toFloor));
    const usage = measured.usage();
    return [{ name: 'accept: single events', unit: 'events/s', ...summary(pairs), target: 0.5, usage }];
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
    await floorApi.stop();
  }
};

async function post(pool: Pool, path: string, { writeKey }: Tenant, body: string | Buffer): Promise<void> {
  const encoding = typeof body === 'string' ? undefined : { 'content-encoding': 'gzip' };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${writeKey}`, ...encoding };
  const answer = await pool.request({ method: 'POST', path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
}

const named = (event: SentEvent) => ({ messageId: randomUUID(), ...event });

function chunks<Item>(items: readonly Item[]): Item[][] {
  const count = Math.ceil(items.length / batchSize);
  return Array.from({ length: count }, (_, index) => items.slice(index * batchSize, (index + 1) * batchSize));
}
