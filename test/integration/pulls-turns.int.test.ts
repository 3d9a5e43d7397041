import { startSystem, type System } from '../../src/testing/system';
import { startRowsTwin, type RowsTwin } from '../../src/twins/rows-twin';
import { counts, hookMs, pull, putSource, traitsOf } from './pulls-harness';

const token = 'token-of-the-tests';
const many = 20;

let system: System;
let twin: RowsTwin;
beforeAll(async () => {
  twin = await startRowsTwin({ token });
  // Over as soon as a source has come so far that it can be left.
  system = await startSystem({ pullTurnMs: 0 });
}, hookMs);
afterAll(async () => {
  await system.stop();
  await twin.close();
}, hookMs);

/** How often a worker was given the source in its last run. */
async function turnsOf(source: string): Promise<number> {
  const { info } = await system.temporal.schedule.getHandle(`pull/${system.ws}/${source}`).describe();
  const workflowId = info.recentActions.at(-1)?.action.workflow.workflowId ?? '';
  const { events } = await system.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled).length;
}

it.each([
  ['by pages', 'next', { rows: 'data', paging: { by: 'next', path: 'links.next' } }, 7],
  // Read from its beginning whenever it is left, it is not left.
  ['as one file', 'csv', { format: 'csv' }, 1],
])(
  'a long source that is read %s gives its turn back, and is read to its end, each row once',
  async (_how, way, more, turns) => {
    const ids = Array.from({ length: many }, (_, at) => `${way}${String(at).padStart(2, '0')}`);
    const updated_at = '2026-05-01T09:00:00Z';
    twin.rows.splice(0, many, ...ids.map((id) => ({ id, plan: 'free', updated_at })));
    const settings = { url: `${twin.url}/${way}`, auth: { by: 'bearer' }, pageRows: 2, ...more };
    await putSource(system, way, { type: 'http', settings, secrets: { token } });
    const ended = await pull(system, way);
    expect(ended.lastRun).toMatchObject({ outcome: 'completed' });
    expect(counts(ended)).toEqual([many, many, 0, 0]);
    for (const id of ids) expect(await traitsOf(system, id)).toMatchObject({ plan: 'free' });
    expect(await turnsOf(way)).toBe(turns);
  },
);
