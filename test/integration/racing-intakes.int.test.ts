import request from 'supertest';
import type { Rule } from '../../src/domain/audiences/rule.schema';
import type { Event } from '../../src/domain/events/event';
import type { WorkspaceId } from '../../src/domain/ids';
import { pendingEventDoc } from '../../src/store/pending-event';
import { anEvent, anIdentify } from '../../src/testing/builders';
import { useTestApi, type TestWorkspace } from '../../src/testing/test-api';
import { expectSound, graphOf } from '../intakes/graph';
import { Intake } from '../intakes/intakes';

const people = 12;
const count = 240;
const racers = 3;
const batchSize = 20;

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

const putAudience = ({ apiKey }: TestWorkspace, key: string, rule: Rule) =>
  request(api.app).put(`/v1/audiences/${key}`).auth(apiKey, { type: 'bearer' }).send({ name: key, rule }).expect(200);

/** A workspace in which so many processes take in all of it and apply it at the same time, each beginning at another place. */
async function applied(events: readonly Event[], processes: number) {
  const workspace = await api.createWorkspace();
  await putAudience(workspace, 'gold', { trait: 'tier', is: 'equals', value: 'gold' });
  await putAudience(workspace, 'busy', { event: 'Viewed', count: { is: 'at_least', value: 6 } });
  const docs = toDocs(workspace.ws, events);
  const intakes = await Promise.all(Array.from({ length: processes }, () => Intake.start(api.store)));
  const reports = await Promise.all(
    intakes.map((intake, index) => {
      const from = Math.floor((index * count) / processes);
      return intake.apply(workspace.ws, { docs: [...docs.slice(from), ...docs.slice(0, from)], batchSize });
    }),
  );
  return { ws: workspace.ws, reports };
}

describe('the same events, taken in and applied by several processes at the same time', () => {
  it('end in the graph that one process makes alone, each applied once', async () => {
    const events = happened(Date.now());
    const [alone, together] = [await applied(events, 1), await applied(events, racers)];
    const sum = (of: 'applied' | 'conflicts') => together.reports.reduce((total, one) => total + (one?.[of] ?? 0), 0);
    expect(sum('applied')).toBe(count);
    // They did meet, and more than one had its way.
    expect(sum('conflicts')).toBeGreaterThan(0);
    expect(together.reports.filter((one) => (one?.applied ?? 0) > 0).length).toBeGreaterThan(1);

    await expectSound(api.store, alone.ws);
    await expectSound(api.store, together.ws);
    expect(await graphOf(api.store, together.ws)).toEqual(await graphOf(api.store, alone.ws));
    expect(await graphOf(api.store, together.ws)).toHaveLength(people);
  });
});
