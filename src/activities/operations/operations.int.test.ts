import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import type { WorkspaceId } from '../../domain/ids';
import type { StepOutcome } from '../../domain/operations/operation';
import { inTransaction } from '../../store/open-store';
import { useTestApi } from '../../testing/test-api';
import { sweep } from '../clock';
import { createOperationActivities, type OperationTurn } from './operations';
import { createWorkMetrics } from '../work-metrics';
import { OperationFailed, type OperationContext, type OperationKind } from './operation-kind';

const api = useTestApi();

const now = Date.UTC(2026, 4, 1);
const work = createWorkMetrics(new Registry());
let ws: WorkspaceId;
let id: string;
beforeEach(async () => {
  ws = `ws_${randomUUID()}` as WorkspaceId;
  const made = { kind: 'import', input: {}, startedBy: 'key_1', createdAt: now } as const;
  ({ id } = await inTransaction(api.store.connection, (session) => api.store.operations.create(ws, made, session)));
});

const found = async () => (await api.store.operations.find(ws, id))?.operation;

/** A turn of a worker that knows this kind. */
function turn(
  kind: Partial<OperationKind> | undefined,
  environment = new MockActivityEnvironment(),
): Promise<OperationTurn> {
  const { runOperation } = createOperationActivities({
    store: api.store,
    clock: () => now,
    log: pino({ level: 'silent' }),
    metrics: work,
    kinds: kind ? { import: { step: () => Promise.reject(new Error('no step')), ...kind } } : {},
  });
  return environment.run(runOperation, { ws, id });
}

const endedAs = async (outcome: string): Promise<number> =>
  (await work.operationsEnded.get()).values.find(({ labels }) => labels.kind === 'import' && labels.outcome === outcome)
    ?.value ?? Number.NaN;

/** Counts to `last`, one a step, and remembers each number it was at. */
function counting(last: number) {
  const seen: number[] = [];
  const step = async ({ operation }: OperationContext): Promise<StepOutcome> => {
    const at = (operation.cursor as number | undefined) ?? 0;
    seen.push(at);
    const progress = { done: at + 1, total: last };
    return at + 1 === last ? { progress, result: { last } } : { progress, cursor: at + 1 };
  };
  return { seen, step };
}

describe('an operation', () => {
  it('goes from step to step to its result', async () => {
    const { seen, step } = counting(3);
    expect(await turn({ step })).toEqual({ status: 'completed', kind: 'import', progress: { done: 3, total: 3 } });
    expect(seen).toEqual([0, 1, 2]);
    expect(await found()).toMatchObject({ status: 'completed', result: { last: 3 }, endedAt: now });
  });

  it('goes on, after a crash, where the last step that was taken down ended', async () => {
    const { seen, step } = counting(4);
    const crash = new Error('kill -9');
    await expect(
      turn({ step: (context) => (seen.length === 2 ? Promise.reject(crash) : step(context)) }),
    ).rejects.toThrow();
    const before = [...seen];
    await turn({ step });
    expect([before, seen]).toEqual([
      [0, 1],
      [0, 1, 2, 3],
    ]);
  });

  it('says what delays it while a step fails, and no longer once it has succeeded', async () => {
    const away = Object.assign(new Error('secret host'), { name: 'MongoNetworkError' });
    await expect(turn({ step: () => Promise.reject(away) })).rejects.toThrow(away);
    expect(await found()).toMatchObject({ status: 'running', delayedBy: 'MongoNetworkError' });
    await turn(counting(1));
    expect(await found()).not.toHaveProperty('delayedBy');
  });

  it('ends when it cannot succeed, with a code and a sentence', async () => {
    const step = () => Promise.reject(new OperationFailed('file_gone', 'The file is gone.'));
    expect(await turn({ step })).toMatchObject({ status: 'failed' });
    expect(await found()).toMatchObject({ error: { code: 'file_gone', message: 'The file is gone.' }, endedAt: now });
  });

  it('that is cancelled during a step ends after it, and forgets what the step said', async () => {
    const { seen, step } = counting(5);
    const cancelled = async (context: OperationContext) => {
      if (seen.length === 1) await api.store.operations.end(ws, id, { status: 'cancelled' }, now);
      return step(context);
    };
    expect(await turn({ step: cancelled })).toMatchObject({ status: 'cancelled', progress: { done: 1 } });
    expect(seen).toEqual([0, 1]);
  });

  it.each(['completed', 'failed', 'cancelled'] as const)('clears away what it needed when it is %s', async (status) => {
    const ended = jest.fn(async () => undefined);
    if (status === 'cancelled') await api.store.operations.end(ws, id, { status }, now);
    const failed = () => Promise.reject(new OperationFailed('x', 'X.'));
    await turn({ step: status === 'failed' ? failed : counting(1).step, ended });
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it.each(['completed', 'failed'] as const)(
    'is counted once when it is %s, whoever does its step too',
    async (outcome) => {
      const before = await endedAs(outcome);
      const failed = () => Promise.reject(new OperationFailed('x', 'X.'));
      const step = outcome === 'failed' ? failed : counting(1).step;
      await Promise.all([turn({ step }), turn({ step })]);
      await turn({ step });
      expect((await endedAs(outcome)) - before).toBe(1);
    },
  );

  it('counts a step once that two workers do at the same time', async () => {
    const { step } = counting(6);
    const arrived: (() => void)[] = [];
    // Neither answers its first step before both are at it.
    const together = async (context: OperationContext) => {
      if (context.operation.cursor === undefined)
        await new Promise<void>((resolve) => {
          arrived.push(resolve);
          if (arrived.length === 2) for (const each of arrived) each();
        });
      return step(context);
    };
    const turns = await Promise.all([turn({ step: together }), turn({ step: together })]);
    expect(turns.map(({ status }) => status)).toEqual(['completed', 'completed']);
    const stored = await api.store.operations.find(ws, id);
    expect(stored).toMatchObject({ rev: 6, operation: { progress: { done: 6, total: 6 } } });
  });

  it('is left to a worker that knows its kind', async () => {
    await expect(turn(undefined)).rejects.toThrow(/knows no operation "import"/);
    expect(await found()).toMatchObject({ status: 'running' });
  });

  it('is let go by a worker that stops, without a word of delay', async () => {
    const environment = new MockActivityEnvironment();
    const { seen, step } = counting(3);
    const stopping = async (context: OperationContext) => {
      if (seen.length === 1) environment.cancel();
      context.signal.throwIfAborted();
      return step(context);
    };
    await expect(turn({ step: stopping }, environment)).rejects.toThrow();
    expect(await found()).toMatchObject({ status: 'running', cursor: 1 });
    expect(await found()).not.toHaveProperty('delayedBy');
  });

  it('that is gone ends its workflow', async () => {
    id = 'op_none';
    expect(await turn({})).toEqual({ status: 'gone' });
  });
});

describe('the clock', () => {
  it('begins again what nobody has moved for a minute, and leaves alone what moves or has ended', async () => {
    const rung: string[] = [];
    const nothing = async () => undefined;
    const look = (at: number) =>
      sweep(
        {
          store: api.store,
          clock: () => at,
          log: pino({ level: 'silent' }),
          outbox: { carryOut: nothing },
          restartStale: nothing,
          doorbells: {
            intake: nothing,
            backfill: nothing,
            operation: async (_: unknown, one: string) => void rung.push(one),
          },
        } as unknown as Parameters<typeof sweep>[0],
        { from: 0, to: 0 },
        new AbortController().signal,
      );
    await look(now + 30_000);
    expect(rung).not.toContain(id);
    await look(now + 61_000);
    expect(rung).toContain(id);
    rung.length = 0;
    await api.store.operations.end(ws, id, { status: 'cancelled' }, now);
    await look(now + 120_000);
    expect(rung).not.toContain(id);
  });
});
