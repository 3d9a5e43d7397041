import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { profileId } from '../src/domain/ids';
import { newProfile } from '../src/domain/profiles/profile';
import { inTransaction } from '../src/store/open-store';
import type { Bench } from './bench';
import { median, percentile } from './measure';
import type { Heddle } from './rig';
import type { Tenant } from './tenant';

const perSecond = 500;
const seconds = 10;
const warmUpSeconds = 2;
const atATime = 1_000;
const audienceCount = 20;
/** Milliseconds. */
const most = 20;

/**
 * `GET /v1/decide` of a page, as often as 500 visitors a second ask, whether or not those before have been answered; each time of somebody else of
 * many. Beside it, the two bare reads by `_id` that it takes, asked for in the same way.
 */
export const decide: Bench = async (rig, { profiles }) => {
  const heddle = await rig.start(['api'], unlimited);
  const tenant = await heddle.createTenant();
  await makeAudiences(tenant);
  const browsers = await fill(heddle, tenant, profiles);
  const agent = new Agent({ connections: 64 });
  const headers = { authorization: `Basic ${btoa(`${tenant.publicKey}:`)}` };
  const ask = async (browser: string) => {
    const query = { anonymous_id: browser };
    const answer = await agent.request({ origin: heddle.url, path: '/v1/decide', method: 'GET', headers, query });
    const { audiences } = (await answer.body.json()) as { audiences?: readonly string[] };
    if (audiences?.length !== audienceCount / 2) throw new Error(`A visitor was answered ${answer.statusCode}.`);
  };
  const bare = (browser: string) => readBare(heddle, tenant, browser);
  await openLoop(browsers, warmUpSeconds, ask);
  await openLoop(browsers, warmUpSeconds, bare);
  const read = heddle.meter();
  const times = await openLoop(browsers, seconds, ask);
  const usage = read(times.length);
  const floors = await openLoop(browsers, seconds, bare);
  await agent.close();
  const [value, floor] = [percentile(times, 0.99), percentile(floors, 0.99)];
  const all = (of: readonly number[]) =>
    `p50 ${median(of).toFixed(1)} ms, p95 ${percentile(of, 0.95).toFixed(1)} ms, p99 ${percentile(of, 0.99).toFixed(1)} ms`;
  const note = `${all(times)}; two bare reads by _id: ${all(floors)}; ${(value / floor).toFixed(1)} times as long`;
  const name = `decide: p99 at ${perSecond}/s, ${browsers.length.toLocaleString('en')} profiles`;
  return [{ name, value, unit: 'ms', target: most, note, usage }];
};

const unlimited = {
  HEDDLE_WORKSPACE_DECISIONS_PER_SECOND: '1000000',
  HEDDLE_KEY_DECISIONS_PER_SECOND: '1000000',
};

/** Begins work at fixed instants, however long it takes, and answers how long each took from when it was due. */
async function openLoop(
  browsers: readonly string[],
  forSeconds: number,
  work: (browser: string) => Promise<unknown>,
): Promise<number[]> {
  const startedAt = performance.now();
  const times: Promise<number>[] = [];
  const count = perSecond * forSeconds;
  while (times.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond) + 1);
    while (times.length < due) {
      const dueAt = startedAt + (times.length * 1_000) / perSecond;
      // Far from the one before, by a step that has no factor in common with usual counts.
      const browser = browsers[(times.length * 7_919) % browsers.length] ?? '';
      times.push(work(browser).then(() => performance.now() - dueAt));
    }
    await delay(1);
  }
  return Promise.all(times);
}

/** Half of them public. */
async function makeAudiences({ client }: Tenant): Promise<void> {
  for (let number = 0; number < audienceCount; number += 1) {
    const definition = { name: `Audience ${number}`, rule: { trait: 'tier', is: 'set' } } as const;
    await client.audiences.put(`audience-${number}`, { ...definition, public: number % 2 === 0 });
  }
}

/** Visitors who are in every audience, straight into the store. Answers their browsers. */
async function fill({ store }: Heddle, { ws }: Tenant, wanted: number): Promise<string[]> {
  const now = Date.now();
  const rulesetVersion = await store.workspaces.rulesetVersion(ws);
  const keys = Array.from({ length: audienceCount }, (_, number) => `audience-${number}`);
  const memberships = Object.fromEntries(keys.map((key) => [key, { enteredAt: now, version: 1 }]));
  const traits = { tier: { value: 'gold', at: now, since: now, source: 'bench' } };
  const browsers = Array.from({ length: wanted }, () => randomUUID());
  for (let made = 0; made < wanted; made += atATime) {
    const people = browsers.slice(made, made + atATime).map((value, index) => {
      const id = profileId(`prf_bench${made + index}`);
      const identifiers = [{ type: 'anonymous_id', value, firstSeenAt: now }];
      const person = newProfile({ id, createdAt: now, evaluatedAt: now, rulesetVersion });
      return { profile: { ...person, identifiers, memberships, traits }, value };
    });
    const owned = people.map(({ profile, value }) => {
      const identifier = { type: 'anonymous_id', value };
      return { identifier, profile: profile.id, firstSeenAt: now, change: 'new' as const };
    });
    await inTransaction(store.connection, async (session) => {
      await store.profiles.write(ws, people, session);
      await store.identifiers.write(ws, owned, session);
    });
  }
  return browsers;
}

async function readBare({ store }: Heddle, { ws }: Tenant, value: string): Promise<void> {
  const { db } = store.connection;
  const owner = await db
    .collection<{ _id: string; profile: string }>('identifiers')
    .findOne({ _id: store.identifiers.key(ws, { type: 'anonymous_id', value }) });
  const found = await db.collection<{ _id: string }>('profiles').findOne({ _id: `${ws}:${owner?.profile}` });
  if (!found) throw new Error('A bare read found nobody.');
}
