import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Json, JsonObject } from '../../domain/json';
import type { SourceSample } from '../../domain/pulls/source-sample';
import { findSourceKind } from '../../sources/registry';
import type { SourceKind } from '../../sources/source';
import type { SourceDoc } from '../../store/sources';
import { bringSchedule } from '../carry-out';
import { conflict, invalidRequest, notFound, unavailable } from '../problem';
import type { KeyCall } from '../route';
import { transact } from '../transact';
import { presentPull } from './pull-presenter';

/** Whoever only wants to know how a source is does not wait for a Temporal that is away. */
const patienceMs = 2_000;

interface PulledSource {
  readonly source: SourceDoc;
  readonly kind: SourceKind;
}

type SourceCall = KeyCall<{ readonly key: string }>;

/** Throws 404 where there is no such source, and 409 where it sends by itself. */
async function findPulled({ deps, ws, params }: SourceCall): Promise<PulledSource> {
  const source = await deps.store.sources.find(ws, params.key);
  const kind = source && findSourceKind(source.type);
  if (!source || !kind) throw notFound(`source "${params.key}"`);
  if (!kind.isPulled) throw conflict(`Source "${source.key}" is of type ${source.type}, which sends by itself.`);
  return { source, kind };
}

/** How far a source has been read, and when it is asked next. */
export async function readPull(call: SourceCall): Promise<ReturnType<typeof presentPull>> {
  const { deps, ws, principal } = call;
  const { source } = await findPulled(call);
  const [state, nextRunAt] = await Promise.all([
    deps.store.pullStates.find(ws, source.key),
    Promise.race([
      deps.pulls.next(ws, source.key).catch(() => undefined),
      delay(patienceMs, undefined, { ref: false }),
    ]),
  ]);
  return presentPull({ source, state, nextRunAt }, principal);
}

/** Has a source asked now; one that has refused is given another chance. Throws 503 when nobody can be told. */
export async function startPull(call: SourceCall): Promise<ReturnType<typeof presentPull>> {
  const { deps, ws, now } = call;
  const { source } = await findPulled(call);
  if (!source.enabled) throw conflict(`Source "${source.key}" is switched off; switch it on first.`);
  const owed = await transact(deps, async (session) => {
    await deps.store.pullStates.resume(ws, source.key, session);
    return deps.store.outbox.add(ws, [{ kind: 'pull-schedule', source: source.key }], now, session);
  });
  try {
    await bringSchedule(deps, ws, source.key);
    await deps.store.outbox.done(owed);
    await deps.pulls.trigger(ws, source.key);
  } catch (error) {
    deps.log.warn({ ws, code: error instanceof Error ? error.name : 'unknown' }, 'a source cannot be pulled now');
    throw unavailable('The pull could not be started; does Temporal run?');
  }
  return readPull(call);
}

/** Has the next run begin at `from`, or at the beginning. Rows that have been read, and say the same, count once. */
export async function resetPull(call: SourceCall, from: string | undefined): Promise<ReturnType<typeof presentPull>> {
  const { source, kind } = await findPulled(call);
  const cursor = from === undefined ? undefined : cursorFrom(kind, source, from);
  await call.deps.store.pullStates.reset(call.ws, source.key, cursor);
  return readPull(call);
}

function cursorFrom(kind: SourceKind, source: SourceDoc, from: string): Json {
  const settings = kind.settings.safeParse(JSON.parse(source.settingsJson) as JsonObject);
  const cursor = settings.success ? kind.cursorFrom?.(settings.data, from) : undefined;
  if (cursor !== undefined) return cursor;
  const message =
    'This source cannot begin there: it has no cursor, or the text is no value of it. Leave it out to begin anew.';
  throw invalidRequest(message, [{ in: 'body', pointer: '/from', message }]);
}

/** Connections leave from workers only, so one of them asks the source. Throws 503 when none does. */
export async function testSource(call: SourceCall): Promise<SourceSample> {
  const { deps, ws } = call;
  const { source } = await findPulled(call);
  const test = randomUUID();
  try {
    await deps.pulls.test(ws, source.key, test);
  } catch (error) {
    deps.log.warn({ ws, code: error instanceof Error ? error.name : 'unknown' }, 'no source test was made');
    throw unavailable('No worker has tested the source in time; do Temporal and the workers run?');
  }
  const json = await deps.store.sourceTests.take(ws, source.key, test);
  if (json === undefined) throw unavailable('What the test has read is gone already; test the source again.');
  return JSON.parse(json) as SourceSample;
}
