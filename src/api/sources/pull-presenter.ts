import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json';
import { pullOutcomes, type PullProblem, type PullRun } from '../../domain/pulls/pull-run';
import type { SampleRow, SourceSample } from '../../domain/pulls/source-sample';
import type { PullStateDoc } from '../../store/pull-states';
import type { SourceDoc } from '../../store/sources';
import type { Principal } from '../authenticate';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskIdentifier, maskObject, seesPersonalData } from '../personal-data';

const Counts = {
  startedAt: Instant,
  /**
   * Rows read, of which `accepted` are new, `duplicates` had been read before, `rejected` became dead letters, and `tooOld` are of what
   * happened longer ago than the workspace keeps events.
   */
  rows: z.int(),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  tooOld: z.int(),
};
const Problem = z.strictObject({ code: z.string(), message: z.string(), at: Instant });

export const PullBody = z.strictObject({
  source: z.string(),
  /** `paused`: the source refuses, and is asked again when it is saved or pulled · `retrying`: it does not answer now. */
  status: z.enum(['idle', 'running', 'retrying', 'paused', 'off']),
  /** Absent where none is to come, and where Temporal does not answer. */
  nextRunAt: Instant.optional(),
  run: z.strictObject(Counts).optional(),
  lastRun: z.strictObject({ ...Counts, endedAt: Instant, outcome: z.enum(pullOutcomes) }).optional(),
  /** Why the last try failed. */
  problem: Problem.optional(),
  /** Where the source has been read to; its type knows the shape. */
  cursor: AnyObject.optional(),
});

interface PullView {
  readonly source: SourceDoc;
  readonly state: PullStateDoc | undefined;
  readonly nextRunAt: number | undefined;
}

export function presentPull({ source, state, nextRunAt }: PullView, principal: Pick<Principal, 'scopes'>) {
  const { run, lastRun, delayed, paused, cursorJson } = state ?? {};
  const problem = paused ?? delayed;
  const cursor = cursorJson === undefined ? undefined : (JSON.parse(cursorJson) as Json);
  return {
    source: source.key,
    status: statusOf(source, state),
    ...(nextRunAt !== undefined && { nextRunAt: presentInstant(nextRunAt) }),
    ...(run && { run: presentRun(run) }),
    ...(lastRun && {
      lastRun: { ...presentRun(lastRun), endedAt: presentInstant(lastRun.endedAt), outcome: lastRun.outcome },
    }),
    ...(problem && { problem: presentProblem(problem) }),
    ...(isJsonObject(cursor) && { cursor: seesPersonalData(principal) ? cursor : maskObject(cursor) }),
  };
}

function statusOf({ enabled }: SourceDoc, state: PullStateDoc | undefined): z.output<typeof PullBody>['status'] {
  if (!enabled) return 'off';
  if (state?.paused) return 'paused';
  if (!state?.run) return 'idle';
  return state.delayed ? 'retrying' : 'running';
}

const presentRun = ({ startedAt, rows, accepted, duplicates, rejected, tooOld = 0 }: PullRun) => ({
  ...{ rows, accepted, duplicates, rejected, tooOld },
  startedAt: presentInstant(startedAt),
});

const presentProblem = ({ at, ...problem }: PullProblem) => ({ ...problem, at: presentInstant(at) });

const Identifier = z.strictObject({ type: z.string(), value: z.string() });

export const SampleBody = z.strictObject({
  ok: z.boolean(),
  code: z.string(),
  detail: z.string(),
  columns: z.array(z.string()),
  /** The first rows as read, and the event that the mapping makes of each, or why it makes none. */
  rows: z.array(
    z.strictObject({
      row: AnyObject,
      event: z
        .strictObject({
          type: z.string(),
          name: z.string(),
          timestamp: Instant,
          identifiers: z.array(Identifier),
          traits: AnyObject,
          properties: AnyObject,
        })
        .optional(),
      rejected: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
});

/** What says who somebody is is masked for whoever may not see it. */
export function presentSample({ rows, ...sample }: SourceSample, principal: Pick<Principal, 'scopes'>) {
  const isOpen = seesPersonalData(principal);
  return { ...sample, rows: rows.map((row) => presentSampleRow(row, isOpen)) };
}

function presentSampleRow({ row, event, rejected }: SampleRow, isOpen: boolean) {
  const shown = (object: JsonObject): JsonObject => (isOpen ? object : maskObject(object));
  return {
    row: shown(row),
    ...(rejected && { rejected }),
    ...(event && {
      event: {
        type: event.kind,
        name: event.name,
        timestamp: presentInstant(event.occurredAt),
        identifiers: event.identifiers.map(({ type, value }) => ({
          type,
          value: isOpen ? value : maskIdentifier(type, value),
        })),
        traits: shown(event.traits),
        properties: shown(event.properties),
      },
    }),
  };
}
