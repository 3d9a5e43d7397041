import request from 'supertest';
import type { Rule } from '../../src/domain/audiences/rule.schema';
import type { Event } from '../../src/domain/events/event';
import { profileId, type WorkspaceId } from '../../src/domain/ids';
import { pendingEventDoc } from '../../src/store/pending-event';
import { anEvent, anIdentify } from '../../src/testing/builders';
import { useTestApi, type TestWorkspace } from '../../src/testing/test-api';
import { expectSound, graphOf } from '../intakes/graph';
import { Intake } from '../intakes/intakes';

const people = 12;
const count = 240;
const racers = 3;

const api = useTestApi();

/** The same in every run: what differs is who is first. */
function chance(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Each person has one user id, three browsers and two addresses, of which an event names some: each ties together what others named. */
function happened(now: number): Event[] {
  const pick = chance(20_261_129);
  return Array.from({ length: count }, (_, index) => {
    const who = pick(people);
    const by = {
      ...(pick(3) === 0 && { user_id: `u${who}` }),
      ...(pick(3) === 0 && { email: `e${who}-${pick(2)}@x.example` }),
      anonymous_id: `a${who}-${pick(3)}`,
    };
    // An instant of its own each, and in no order: what counts is what was said last.
    const occurredAt = now - 1_000 * ((index * 7) % count) - 1_000;
    const of = { by, occurredAt, receivedAt: now, messageId: `m-${index}` };
    if (index % 3 === 0) return anEvent({ ...of, name: 'Viewed' });
    const marketing = { status: pick(2) === 0 ? 'granted' : 'denied' };
    if (index % 3 === 1) return anEvent({ ...of, name: 'Asked', context: { consent: { records: { marketing } } } });
    return anIdentify({ tier: pick(2) === 0 ? 'gold' : 'tin', visits: index }, of);
  });
}

const toDocs = (ws: WorkspaceId, events: readonly Event[]) =>
  events.map((event, n) => pendingEventDoc(api.store.identifiers, ws, event, { lane: 'live', bytes: 300, n }));

const pairs = ['ann', 'bob'];

/** Two people each who are merged, go on, are made two again and go on; the first of what they did is applied. */
async function mergesIn(ws: WorkspaceId, now: number): Promise<Event[]> {
  let index = 0;
  const next = () => ({ messageId: `r-${(index += 1)}`, occurredAt: now + index, receivedAt: now + 1_000 });
  const users = pairs.flatMap((name) => [`${name}-shop`, `${name}-phone`]);
  const did = (): Event[] =>
    users.flatMap((user_id) => [
      anEvent({ by: { user_id }, name: 'Viewed', ...next() }),
      anIdentify({ tier: index % 3 === 0 ? 'gold' : 'tin', visits: index }, { by: { user_id }, ...next() }),
    ]);
  await api.store.events.insertPending(toDocs(ws, did()));
  await api.catchUp(ws);
  const named = (...values: string[]) => values.map((value) => ({ type: 'user_id', value }));
  const own = { kind: 'alias' as const, name: 'alias' };
  const merges = pairs.map((name) => {
    const identifiers = named(`${name}-shop`, `${name}-phone`);
    return anEvent({ ...own, ...next(), identifiers, isMerge: true });
  });
  const since = did();
  const unmerging: Event[] = [];
  for (const name of pairs) {
    const phone = { type: 'user_id', value: `${name}-phone` };
    const unmerges = (await api.store.identifiers.ownerOf(ws, phone)) ?? profileId('nobody');
    unmerging.push(anEvent({ ...own, ...next(), identifiers: named(`${name}-shop`), unmerges }));
  }
  return [...merges, ...since, ...unmerging, ...did()];
}

const putAudience = ({ apiKey }: TestWorkspace, key: string, rule: Rule) =>
  request(api.app).put(`/v1/audiences/${key}`).auth(apiKey, { type: 'bearer' }).send({ name: key, rule }).expect(200);

async function prepared(): Promise<WorkspaceId> {
  const workspace = await api.createWorkspace();
  await putAudience(workspace, 'gold', { trait: 'tier', is: 'equals', value: 'gold' });
  await putAudience(workspace, 'busy', { event: 'Viewed', count: { is: 'at_least', value: 6 } });
  return workspace.ws;
}

/** So many processes take in all of it and apply it at the same time, each beginning at another place. */
async function apply(ws: WorkspaceId, events: readonly Event[], processes: number, batchSize = 20) {
  const docs = toDocs(ws, events);
  const intakes = await Promise.all(Array.from({ length: processes }, () => Intake.start(api.store)));
  const reports = await Promise.all(
    intakes.map((intake, index) => {
      const from = batchSize === 1 ? 0 : Math.floor((index * docs.length) / processes);
      return intake.apply(ws, { docs: [...docs.slice(from), ...docs.slice(0, from)], batchSize });
    }),
  );
  const sum = (of: 'applied' | 'conflicts') => reports.reduce((total, one) => total + (one?.[of] ?? 0), 0);
  return { applied: sum('applied'), conflicts: sum('conflicts') };
}

describe('the same events, taken in and applied by several processes at the same time', () => {
  it('end in the graph that one process makes alone, each applied once', async () => {
    const events = happened(Date.now());
    const [alone, together] = [await prepared(), await prepared()];
    await apply(alone, events, 1);
    const { applied, conflicts } = await apply(together, events, racers);
    expect(applied).toBe(count);
    // They did meet.
    expect(conflicts).toBeGreaterThan(0);

    for (const ws of [alone, together]) await expectSound(api.store, ws);
    expect(await graphOf(api.store, together)).toEqual(await graphOf(api.store, alone));
    expect(await graphOf(api.store, together)).toHaveLength(people);
  });

  it('merge people and make them two again as one process does', async () => {
    const now = Date.now();
    const lives = [await prepared(), await prepared()];
    const [alone, together] = await Promise.all(lives.map((ws) => mergesIn(ws, now)));
    await apply(lives[0]!, alone!, 1, 1);
    const { applied } = await apply(lives[1]!, together!, racers, 1);
    expect(applied).toBe(together?.length);

    for (const ws of lives) await expectSound(api.store, ws);
    const [one, other] = await Promise.all(lives.map((ws) => graphOf(api.store, ws)));
    expect(other).toEqual(one);
    expect(other).toHaveLength(2 * pairs.length);
  });
});
