import { Pool } from 'undici';
import { identifierTypeNames } from '../src/domain/identity/identifier-types';
import { profileId } from '../src/domain/ids';
import { newProfile } from '../src/domain/profiles/profile';
import { inTransaction } from '../src/store/open-store';
import type { Bench } from './bench';
import { median, percentile } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';

const samples = 2_000;
const warmUp = 200;
const atATime = 1_000;
const mostSecondsOfFilling = 60;
/** Milliseconds. */
const most = 10;

/**
 * `GET /v1/profiles/{type:value}` of somebody among many, one request after another, by each type of identifier in turn; beside it, the two
 * bare reads by `_id` that it takes.
 */
export const lookup: Bench = async (rig, { profiles }) => {
  const heddle = await rig.start(['api'], unlimited);
  const tenant = await heddle.createTenant();
  const count = await fill(heddle, tenant, profiles);
  const pool = new Pool(heddle.url, { connections: 1 });
  const headers = { authorization: `Bearer ${tenant.apiKey}` };
  const times = { lookup: [] as number[], bare: [] as number[] };
  let read = heddle.meter();
  for (let sample = -warmUp; sample < samples; sample += 1) {
    if (sample === 0) read = heddle.meter();
    const { type, value } = someone(sample + warmUp, count);
    const startedAt = performance.now();
    const answer = await pool.request({ path: `/v1/profiles/${type}:${value}`, method: 'GET', headers });
    await answer.body.dump();
    const answeredAt = performance.now();
    if (answer.statusCode !== 200) throw new Error(`A look-up by ${type} was answered ${answer.statusCode}.`);
    await readBare(heddle, tenant, { type, value });
    if (sample < 0) continue;
    times.lookup.push(answeredAt - startedAt);
    times.bare.push(performance.now() - answeredAt);
  }
  const usage = read(samples);
  await pool.close();
  const bare = `two bare reads by _id: p95 ${percentile(times.bare, 0.95).toFixed(1)} ms, p50 ${median(times.bare).toFixed(1)} ms`;
  const note = `p50 ${median(times.lookup).toFixed(1)} ms; ${bare}`;
  const name = `lookup: p95 by any identifier, ${count.toLocaleString('en')} profiles`;
  return [{ name, value: percentile(times.lookup, 0.95), unit: 'ms', target: most, note, usage }];
};

/** What is measured is one look-up, not how many a key may make. */
const unlimited = { HEDDLE_WORKSPACE_REQUESTS_PER_SECOND: '1000000', HEDDLE_KEY_REQUESTS_PER_SECOND: '1000000' };

const valueOf = (type: string, number: number): string =>
  type === 'email'
    ? `p${number}@x.example`
    : type === 'phone'
      ? `+4179${String(1_000_000 + number)}`
      : `${type}-${number}`;

/** Far from the one before, by a step that has no factor in common with usual counts. */
function someone(sample: number, count: number): { readonly type: string; readonly value: string } {
  const type = identifierTypeNames[sample % identifierTypeNames.length] ?? 'user_id';
  return { type, value: valueOf(type, (sample * 7_919) % count) };
}

/** Profiles with an identifier of each type, straight into the store; as many as fit in a minute. Answers how many. */
async function fill({ store }: Heddle, { ws }: Tenant, wanted: number): Promise<number> {
  const endsAt = performance.now() + mostSecondsOfFilling * 1_000;
  const now = Date.now();
  let made = 0;
  for (; made < wanted && performance.now() < endsAt; made += atATime) {
    const numbers = Array.from({ length: Math.min(atATime, wanted - made) }, (_, index) => made + index);
    const people = numbers.map((number) => {
      const id = profileId(`prf_bench${number}`);
      const identifiers = identifierTypeNames.map((type) => ({ type, value: valueOf(type, number), firstSeenAt: now }));
      const traits = { tier: { value: 'gold', at: now, since: now, source: 'bench' } };
      return { ...newProfile({ id, createdAt: now, evaluatedAt: now, rulesetVersion: 1 }), identifiers, traits };
    });
    const owned = people.flatMap(({ id, identifiers }) =>
      identifiers.map(({ type, value }) => {
        return { identifier: { type, value }, profile: id, firstSeenAt: now, change: 'new' as const };
      }),
    );
    await inTransaction(store.connection, async (session) => {
      await store.profiles.write(
        ws,
        people.map((profile) => ({ profile })),
        session,
      );
      await store.identifiers.write(ws, owned, session);
    });
  }
  return Math.min(made, wanted);
}

async function readBare({ store }: Heddle, { ws }: Tenant, identifier: { type: string; value: string }): Promise<void> {
  const { db } = store.connection;
  const owner = await db
    .collection<{ _id: string; profile: string }>('identifiers')
    .findOne({ _id: store.identifiers.key(ws, identifier) });
  const found = await db.collection<{ _id: string }>('profiles').findOne({ _id: `${ws}:${owner?.profile}` });
  if (!found) throw new Error('A bare read found nobody.');
}
