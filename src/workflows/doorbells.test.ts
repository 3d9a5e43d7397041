import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { workspaceId } from '../domain/ids';
import { createDoorbells, type Doorbells } from './doorbells';

const ws = workspaceId('ws_1');
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Doorbells of a Temporal that takes a ring as `take` says; rests end when the test says so. */
function theDoorbells(take: () => Promise<unknown> = () => Promise.resolve()) {
  const rung: string[] = [];
  const deadlines: number[] = [];
  const logged: string[] = [];
  const rests: (() => void)[] = [];
  const reach = (workflowId: string) => {
    rung.push(workflowId);
    return take();
  };
  const client = {
    withDeadline: (deadline: number, ring: () => Promise<unknown>) => {
      deadlines.push(deadline);
      return ring();
    },
    workflow: {
      signalWithStart: (_: string, { workflowId }: { readonly workflowId: string }) => reach(workflowId),
      start: (_: string, { workflowId }: { readonly workflowId: string }) => reach(workflowId),
      getHandle: (workflowId: string) => ({ signal: () => reach(workflowId) }),
    },
  } as unknown as Client;
  const log = {
    warn: (_: object, text: string) => void logged.push(text),
    info: (text: string) => void logged.push(text),
  };
  const doorbells = createDoorbells({ client, queuePrefix: '', log, later: (then) => void rests.push(then) });
  const endRests = async () => {
    await settle();
    rests.splice(0).forEach((then) => then());
    await settle();
  };
  return { doorbells, rung, deadlines, logged, endRests };
}

const rings: readonly (readonly [string, (bells: Doorbells) => Promise<void> | void])[] = [
  ['intake/ws_1/0', (bells) => bells.intake(ws, 0)],
  ['backfill/ws_1', (bells) => bells.backfill(ws)],
  ['sync/ws_1/vips/crm', (bells) => bells.sync(ws, 'vips', 'crm')],
  ['operation/ws_1/op_1', (bells) => bells.operation(ws, 'op_1')],
  ['run_1', (bells) => bells.enrollment('run_1')],
];

const paced = rings.filter(([workflowId]) => !workflowId.startsWith('sync'));

it.each(paced)('the bell of %s rings once for many who push while it rests', async (workflowId, push) => {
  const { doorbells, rung, endRests } = theDoorbells();
  for (let pushes = 0; pushes < 5; pushes += 1) void push(doorbells);
  await settle();
  expect(rung).toEqual([workflowId]);
  await endRests();
  expect(rung).toEqual([workflowId, workflowId]);
});

it('rings a sync as often as it is asked for', async () => {
  const { doorbells, rung } = theDoorbells();
  await Promise.all([doorbells.sync(ws, 'vips', 'crm'), doorbells.sync(ws, 'vips', 'crm')]);
  expect(rung).toEqual(['sync/ws_1/vips/crm', 'sync/ws_1/vips/crm']);
});

it('rings all of them beside each other', () => {
  const { doorbells, rung } = theDoorbells();
  for (const [, push] of rings) void push(doorbells);
  expect(rung).toEqual(rings.map(([workflowId]) => workflowId));
});

it.each(rings.slice(1))('whoever rings %s is answered once it is rung, and told where it is not', async (_, push) => {
  let answer: { taken: () => void; refused: (error: Error) => void } | undefined;
  const take = () => new Promise<void>((taken, refused) => void (answer = { taken, refused }));
  const { doorbells, endRests } = theDoorbells(take);
  const answered: string[] = [];
  const ring = async () => answered.push(await Promise.resolve(push(doorbells)).then(() => 'rung', String));
  void ring();
  await settle();
  expect(answered).toEqual([]);
  answer?.taken();
  await settle();
  expect(answered).toEqual(['rung']);
  void ring();
  await endRests();
  expect(answered).toEqual(['rung']);
  answer?.refused(new Error('unreachable'));
  await settle();
  expect(answered).toEqual(['rung', 'Error: unreachable']);
});

it.each(rings)('the ring of %s is given up after a minute', (_, push) => {
  const { doorbells, deadlines } = theDoorbells();
  const before = Date.now();
  void push(doorbells);
  expect(deadlines).toHaveLength(1);
  expect((deadlines[0] ?? 0) - before).toBeGreaterThanOrEqual(60_000);
  expect((deadlines[0] ?? 0) - Date.now()).toBeLessThanOrEqual(60_000);
});

it('wakes a run whose workflow is gone without a complaint', async () => {
  const { doorbells } = theDoorbells(() => Promise.reject(new WorkflowNotFoundError('gone', 'run_1', undefined)));
  await expect(doorbells.enrollment('run_1')).resolves.toBeUndefined();
});

it('says once that no intake can be rung, and once that they can be again', async () => {
  let isDown = true;
  const { doorbells, logged, endRests } = theDoorbells(() =>
    isDown ? Promise.reject(new Error('unreachable')) : Promise.resolve(),
  );
  for (let pushes = 0; pushes < 3; pushes += 1) {
    doorbells.intake(ws, 0);
    await endRests();
  }
  expect(logged).toEqual(['the intake cannot be rung; events wait in the store']);
  isDown = false;
  doorbells.intake(ws, 0);
  await settle();
  expect(logged.slice(1)).toEqual(['the intake can be rung again']);
});
