import { sendKey } from '../delivery/idempotency-key';
import type { RuleEvent } from '../events/event';
import type { EnrollmentId, ProfileId } from '../ids';
import { omit, type JsonObject } from '../json';

export const enrollmentStatuses = ['starting', 'active', 'completed', 'exited', 'failed'] as const;
export type EnrollmentStatus = (typeof enrollmentStatuses)[number];

/** As others see it: one that is about to start is active. */
export type ShownStatus = Exclude<EnrollmentStatus, 'starting'>;

/** How far something has been read: the highest `seq` per profile id. */
export type Cursor = Readonly<Record<ProfileId, number>>;

/** The seq of an absorbed profile never moves again: everything of it that was there then has been seen. */
export const seenAll = Number.MAX_SAFE_INTEGER;

/** What began a run. For an audience edge `name` is the audience and `properties` are empty. */
export interface EntryCause {
  /** Effective time of the event or edge; goal windows and re-entry count from it. */
  readonly at: number;
  readonly name: string;
  readonly properties: JsonObject;
  readonly messageId?: string;
  /** Of an event that a journey emitted: the journeys that led to it, each by what it emitted; that one last. */
  readonly emittedBy?: readonly string[];
  /** What had happened to the profile by then, the entry itself included. */
  readonly cursor: Cursor;
}

/** An event that a `wait-for` caught, with its place, so that a later visit of the step does not catch it again. */
export interface Caught {
  readonly event: RuleEvent;
  readonly profile: ProfileId;
  readonly seq: number;
}

export interface PathEntry {
  readonly step: string;
  readonly visit: number;
  readonly at: number;
  /** How the step ended: the branch taken, `timeout`, a delivery's status, …; absent for the present step. */
  readonly outcome?: string;
  /** Of a send that has not arrived: the reason of its delivery, or the code of a refusal. */
  readonly why?: string;
  /** What was not as it should be. */
  readonly warning?: 'zone-invalid';
  /** Of content: in how many sessions it was shown. */
  readonly shown?: number;
  /** The version it was made under, of a run that is of a newer one since. */
  readonly version?: number;
  /** Of a run that is of a newer version since: what the step is called there. */
  readonly became?: string;
}

/** What a run shows in a slot while it rests at its step. */
export interface Shows {
  readonly slot: string;
  readonly priority: number;
  readonly content: JsonObject;
  /** Absent where that depends on when the session is over. */
  readonly until?: number;
  /** In how many sessions surfaces were told, or would have been, and when they last were. */
  readonly told?: { readonly sessions: number; readonly at: number };
}

/** A goal reached: the first matching cause inside the window. */
export interface Conversion {
  readonly goal: string;
  readonly at: number;
  readonly messageId?: string;
  readonly value?: number;
  readonly currency?: string;
}

/** One profile's run through one version of a journey: plain JSON, bounded; instants are epoch milliseconds. */
export interface Enrollment {
  readonly id: EnrollmentId;
  readonly journey: string;
  readonly version: number;
  readonly profile: ProfileId;
  /** `workspace:profile`. */
  readonly subject: string;
  /** Entered for a household: whoever of it did what began the run, and whether it has been decided to whom the run speaks. */
  readonly household?: { readonly key: string; readonly actor: ProfileId; readonly hasRecipient: boolean };
  /** `workspace:profile` of the actor, where the run speaks to somebody else of the household: an erasure finds it by that. */
  readonly actorSubject?: string;
  /** `workspace:household:key`, of one that was entered for a household. */
  readonly householdSubject?: string;
  /** The value of the entry key; empty when the journey has none. */
  readonly entryKey: string;
  /** Tells runs of whoever began them and of one key apart: the `seq` of the entry. */
  readonly n: number;
  readonly status: EnrollmentStatus;
  readonly step: string;
  /** Which visit of the present step this is, from 1. */
  readonly visit: number;
  readonly visits: Readonly<Record<string, number>>;
  /** When the present step was reached. */
  readonly arrivedAt: number;
  /** When the workflow looks again at the latest. After the end it stays until the workflow has noticed. */
  readonly dueAt?: number;
  /** Until when a wait for a date or a time of day lasts, as things stood when it was last worked out. */
  readonly waitsUntil?: number;
  /** At a step that shows content: what. Whatever ends the run or takes it elsewhere has cleared it. */
  readonly shows?: Shows;
  /** Wait keys: see `wait-keys`. */
  readonly waitingFor: readonly string[];
  /** What had happened by arrival at the present step. */
  readonly cursor: Cursor;
  readonly entry: EntryCause;
  readonly steps: Readonly<Record<string, Caught>>;
  /**
   * A delivery attempt in flight, claimed under "active, same step, same visit"; or one that may have arrived, while nothing is under way
   * between it and the next: it rests.
   */
  readonly sending?: { readonly key: string; readonly at: number; readonly isResting?: true };
  /** The number of the step's fallback that is tried; absent for what it sends first. */
  readonly fallback?: number;
  /** At a send: a pause has kept it there, and it waits for its turn; or it goes on without sending. */
  readonly pause?: 'kept' | 'skip';
  /** At a step that has begun a run: the key of the event that asked for it, where the step had another name then. */
  readonly askedAs?: string;
  /** Where the run goes once the attempt that is under way has settled, since an update asked for it. */
  readonly resumeAt?: string;
  /** Effects of visits that the run was taken away from: their deliveries are to be withheld. */
  readonly left?: readonly string[];
  /** Updates whose properties did not fit. */
  readonly updatesRefused?: number;
  /** In a journey with a holdout: the arm, from the first send on that left, or would have. */
  readonly exposed?: { readonly arm: 'holdout' | 'treated'; readonly at: number; readonly percent: number };
  /** Steps that a run merged into this one has already sent. */
  readonly sentElsewhere?: readonly string[];
  /** Of a made-up person who tries the journey: nothing leaves, nothing is counted, and they wait nowhere for longer. */
  readonly test?: {
    readonly waitsMs: number;
    /** The draft that is tried, where it is none of the published versions. */
    readonly draftJson?: string;
  };
  /** A run whose step has begun this one, and waits for its end. */
  readonly parent?: EnrollmentId;
  /** The run that goes on in the place of this one, since the two people turned out to be one. */
  readonly mergedInto?: EnrollmentId;
  readonly path: readonly PathEntry[];
  /** Sends emitted. */
  readonly effects: number;
  readonly conversions: readonly Conversion[];
  readonly enteredAt: number;
  readonly endedAt?: number;
  readonly reason?: string;
  /** Which exit rule ended it, by its position. */
  readonly exitRule?: number;
  /** Until when the run matters to its profile: lifetime, goal windows, re-entry. */
  readonly openUntil: number;
  readonly workflowId: string;
  readonly rev: number;
}

/** Whether an attempt to deliver is under way: an ended run whose workflow has noticed sends nothing, for it notices between attempts. */
export const isSending = ({ sending, endedAt, dueAt }: Pick<Enrollment, 'sending' | 'endedAt' | 'dueAt'>): boolean =>
  sending !== undefined && !sending.isResting && (endedAt === undefined || dueAt !== undefined);

/** Visits that a run remembers. */
export const pathLimit = 200;

export const isInside = ({ status }: Pick<Enrollment, 'status'>): boolean =>
  status === 'starting' || status === 'active';

export function enrollmentWorkflowId(ws: string, journey: string, id: EnrollmentId): string {
  return `enrollment/${ws}/${journey}/${id}`;
}

/** The idempotency key of an effect of the present step. */
export const effectKey = ({
  id,
  step,
  visit,
  fallback,
}: Pick<Enrollment, 'id' | 'step' | 'visit' | 'fallback'>): string => sendKey(id, step, visit, fallback);

/** The key of the event that the present step records. */
export const saidKey = (run: Pick<Enrollment, 'id' | 'step' | 'visit' | 'askedAs'>): string =>
  run.askedAs ?? effectKey(run);

/** The path with the present step's outcome written, unless it has one, and, when the run goes on, the next step begun. */
export function extendPath(path: readonly PathEntry[], outcome: string | undefined, begun?: PathEntry): PathEntry[] {
  const last = path.at(-1);
  const closed =
    last && last.outcome === undefined && outcome !== undefined
      ? [...path.slice(0, -1), { ...last, outcome }]
      : [...path];
  return [...closed, ...(begun ? [begun] : [])].slice(-pathLimit);
}

/**
 * Ends a run. `dueAt` stays set to the instant of the end: the workflow that still sleeps is rung, and the clock rings again
 * until an `advance` has noticed and cleared it.
 */
export function endEnrollment(
  run: Enrollment,
  end: { status: 'completed' | 'exited' | 'failed'; reason: string; exitRule?: number },
  at: number,
): Enrollment {
  return {
    ...omit(run, 'shows'),
    ...end,
    endedAt: at,
    dueAt: at,
    waitingFor: [],
    path: extendPath(run.path, end.reason),
    rev: run.rev + 1,
  };
}
