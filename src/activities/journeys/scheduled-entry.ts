import { createHash } from 'node:crypto';
import { firesAt, nextFires } from '../../domain/cron';
import { workspaceId, type WorkspaceId } from '../../domain/ids';
import { compileJourney } from '../../domain/journeys/compiled-journey';
import type { ScheduleTrigger } from '../../domain/journeys/journey.schema';
import { isDuplicateKey } from '../../store/mongo-errors';
import { inTransaction } from '../../store/open-store';
import type { Store } from '../../store/store';
import type { JourneySchedules } from '../../workflows/journey-schedules';
import type { EnrolMembersInput } from '../operations/enrol-members';

export interface ScheduledRef {
  readonly ws: string;
  readonly journey: string;
  /** The instant of the schedule. */
  readonly at: number;
}

export interface ScheduledEntryDeps {
  readonly store: Pick<Store, 'journeys' | 'operations' | 'connection'>;
  readonly clock: () => number;
  /** Begins, or goes on with, long work. */
  readonly ringOperation: (ws: WorkspaceId, id: string) => Promise<void>;
}

/** Why nobody is asked at an instant. */
type PassedOver = 'not-published' | 'no-instant' | 'superseded' | 'too-old' | 'still-asking';

export type ScheduledEntryActivities = ReturnType<typeof createScheduledEntryActivities>;

export function createScheduledEntryActivities(deps: ScheduledEntryDeps) {
  return {
    /** Has an operation ask the members, one for each instant however often this is tried. Answers its id, or why there is none. */
    beginScheduledEntry: async ({ ws: named, journey, at }: ScheduledRef): Promise<string> => {
      const ws = workspaceId(named);
      const id = operationOf({ ws: named, journey, at });
      const before = await deps.store.operations.find(ws, id);
      const on = before ? undefined : await decide(deps, ws, journey, at);
      if (typeof on === 'string') return on;
      if (on) await create(deps, ws, id, { journey, at, on });
      await deps.ringOperation(ws, id);
      return id;
    },
  };
}

const operationOf = (of: ScheduledRef): string =>
  `op_${createHash('sha256').update([of.ws, of.journey, of.at].join('\n')).digest('hex').slice(0, 32)}`;

async function decide(
  { store, clock }: ScheduledEntryDeps,
  ws: WorkspaceId,
  journey: string,
  at: number,
): Promise<ScheduleTrigger | PassedOver> {
  const entry = await store.journeys.entrySchedule(ws, journey);
  if (entry?.status !== 'published') return 'not-published';
  const { schedule, zone } = entry.on;
  if (!firesAt(schedule, zone, at)) return 'no-instant';
  const now = clock();
  // Of those that were missed the last one is made up for.
  if ((nextFires(schedule, zone, at, 1)[0] ?? Infinity) <= now) return 'superseded';
  if (now - at > compileJourney(entry.definition, 0, 'published').maxEventAgeMs) return 'too-old';
  return (await isAsking(store, ws, journey)) ? 'still-asking' : entry.on;
}

const mostRunning = 100;

async function isAsking(
  { operations }: ScheduledEntryDeps['store'],
  ws: WorkspaceId,
  journey: string,
): Promise<boolean> {
  const running = await operations.page(ws, mostRunning, { kind: 'journey-enrol', status: 'running' });
  return running.some(({ input }) => input['journey'] === journey && input['at'] !== undefined);
}

const usualPerSecond = 100;

async function create(
  { store, clock }: ScheduledEntryDeps,
  ws: WorkspaceId,
  id: string,
  { journey, at, on }: { readonly journey: string; readonly at: number; readonly on: ScheduleTrigger },
): Promise<void> {
  const { audience, perSecond = usualPerSecond } = on;
  const input = { journey, audience, perSecond, source: `journey:${journey}`, at } satisfies EnrolMembersInput;
  const operation = { id, kind: 'journey-enrol', input, startedBy: 'schedule', createdAt: clock() } as const;
  try {
    await inTransaction(store.connection, (session) => store.operations.create(ws, operation, session));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

interface BringDeps {
  readonly store: Pick<Store, 'journeys' | 'workspaces'>;
  readonly schedules: JourneySchedules;
  readonly clock: () => number;
}

/** Brings the schedule of a journey to what the journey says now. */
export async function bringEntrySchedule(
  { store, schedules, clock }: Omit<BringDeps, 'store'> & { readonly store: Pick<Store, 'journeys'> },
  ws: WorkspaceId,
  journey: string,
): Promise<void> {
  const entry = await store.journeys.entrySchedule(ws, journey);
  const wanted = entry && { schedule: entry.on, isPaused: entry.status === 'paused' };
  await schedules.bring(ws, journey, wanted, clock());
}

/** All of them, of every workspace: what is missing is made, and what nobody wants any more is taken away. */
export async function bringEntrySchedules(deps: BringDeps): Promise<void> {
  const there = await deps.schedules.list();
  for (const { _id: ws } of await deps.store.workspaces.list()) {
    const published = (await deps.store.journeys.compiledVersions(ws)).filter(
      ({ definition: { entry } }) => 'schedule' in entry.on,
    );
    const left = there.filter((one) => one.ws === ws).map(({ journey }) => journey);
    for (const journey of new Set([...published.map(({ key }) => key), ...left]))
      await bringEntrySchedule(deps, ws, journey);
  }
}
