import type { Rule } from '../audiences/rule.schema';
import { omit, own, withKey, type JsonObject } from '../json';
import type { ProfileId } from '../ids';
import { pauseBeforeLook } from '../pause-before-look';
import type { CompiledJourney } from './compiled-journey';
import { endEnrollment, extendPath, type Cursor, type Enrollment } from './enrollment';
import type { Exposure } from './exposure';
import type { Said } from './record';
import { cursorAt } from './routing';
import type { Cause } from './trigger';

/** A cause with the profile id under which it was applied. */
export type FoundCause = Cause & { readonly profile: ProfileId };

/** A run that a step has begun; without an end while somebody is inside. */
export type Begun = Pick<Enrollment, 'id' | 'status' | 'endedAt' | 'reason'>;

/** What a step may know, read afresh for each step. */
export interface StepFacts {
  /** The profile's id, then those it has absorbed. */
  readonly ids: readonly ProfileId[];
  /** The profile's present `seq`. */
  readonly seq: number;
  /** Live events of this person, received before the question, are not applied yet. */
  readonly isIntakeBehind: boolean;
  /** For `wait-for`: what is stored under its wait keys. */
  readonly causes: readonly FoundCause[];
  /** For steps that record an event: what became of it. */
  readonly recorded?: 'absent' | 'pending' | 'applied' | 'dead';
  /** For `split`: what the person has in its experiment, and which variant has won that. */
  readonly exposure?: Pick<Exposure, 'variant'>;
  readonly winner?: string;
  /** For `enroll`: why no run was begun, or how the one that was stands. */
  readonly notBegun?: string;
  readonly begun?: Begun;
  /** For `audience`: the list of the one it names; absent where that is gone, or is not kept by hand. */
  readonly list?: string;
  /** For `send`: why the destination takes nothing at present. */
  readonly heldBy?: string;
  /** For `send`: a policy lets it wait, and when it is to be looked at again. */
  readonly heldUntil?: { readonly reason: string; readonly until: number };
  /** For `personalise`: when the present visit was told to surfaces, oldest first; and what is known of the person's sessions. */
  readonly exposed?: readonly Exposed[];
  readonly activity?: Activity;
  readonly evaluate: (rule: Rule) => boolean;
  /** Where people live of whom neither themselves nor the journey says so. */
  readonly workspaceZone?: string;
  /** What paths read: the run, and the person's `traits` and `identifiers`. */
  readonly root: JsonObject;
}

/** That content was told to a surface, or would have been if the person were not held out. */
export interface Exposed {
  readonly at: number;
  readonly isGhost: boolean;
}

/** When the person last did anything, whether a session of theirs was under way when the run came to its step, and what ends one. */
export interface Activity {
  readonly lastAt?: number;
  readonly wasThere: boolean;
  readonly gapMs: number;
}

/** Why a step is taken: to look how things stand, or because its delivery has settled. */
export type StepCause =
  | { readonly on: 'look' }
  | {
      readonly on: 'settled';
      readonly status: string;
      /** Why it has not arrived; nothing about the person. */
      readonly reason?: string | undefined;
      readonly isFailure: boolean;
      /** It has surely not arrived, and another destination might still reach the person. */
      readonly mayFallBack?: boolean;
      /** Which arm of a holdout it shows the run to be of. */
      readonly arm?: 'holdout' | 'treated';
    };

/** To look how things stand. */
export const look: StepCause = { on: 'look' };

/** Where a run stands and what it may know there. */
export interface Standing {
  readonly journey: CompiledJourney;
  readonly run: Enrollment;
  readonly cause: StepCause;
  readonly facts: StepFacts;
  readonly now: number;
}

/** What a step decides. `run` is the enrollment afterwards; whoever writes it raises `rev`. */
export type Move =
  | { readonly to: 'step'; readonly run: Enrollment }
  | {
      readonly to: 'wait';
      readonly run: Enrollment;
      readonly dueAt: number;
      readonly label: string;
      readonly names: readonly string[];
    }
  | { readonly to: 'deliver'; readonly run: Enrollment; readonly label: string }
  | { readonly to: 'record'; readonly run: Enrollment; readonly said: Said }
  | { readonly to: 'end'; readonly run: Enrollment };

export const visitLimit = 100;

/** On to the next step; without one the journey is complete. */
export function goTo({ run, facts, now }: Standing, next: string | undefined, outcome: string): Move {
  const to = run.resumeAt ?? next;
  if (to === undefined) return end({ ...run, path: extendPath(run.path, outcome) }, 'completed', 'completed', now);
  const cursor = cursorAt(run.profile, facts.seq, facts.ids);
  const arrived = arriveAt(omit(run, 'resumeAt'), to, outcome, { now, cursor });
  return arrived ? { to: 'step', run: arrived } : end(run, 'failed', 'visit-limit', now);
}

/** The run at another step, as one more visit of it; nothing where it has been there too often. */
export function arriveAt(
  run: Enrollment,
  step: string,
  outcome: string,
  { now, cursor }: { readonly now: number; readonly cursor: Cursor },
): Enrollment | undefined {
  const visit = (own(run.visits, step) ?? 0) + 1;
  if (visit > visitLimit) return undefined;
  return {
    ...omit(run, 'dueAt', 'waitsUntil', 'fallback', 'pause', 'shows', 'askedAs'),
    ...{ step, visit, cursor, visits: withKey(run.visits, step, visit), arrivedAt: now, waitingFor: [] },
    path: extendPath(run.path, outcome, { step, visit, at: now }),
  };
}

export function end(run: Enrollment, status: 'completed' | 'exited' | 'failed', reason: string, now: number): Move {
  return { to: 'end', run: { ...endEnrollment(run, { status, reason }, now), rev: run.rev } };
}

/** Waits, never past the end of the run's lifetime. */
export function waitUntil(
  { journey, run }: Standing,
  wanted: number,
  what: string,
  waiting: { readonly keys: readonly string[]; readonly names: readonly string[] } = { keys: [], names: [] },
): Move {
  const dueAt = Math.min(wanted, lifetimeEnd(journey, run));
  const label = `${run.step}: ${what} until ${instantText(dueAt)}`;
  return { to: 'wait', run: { ...run, dueAt, waitingFor: waiting.keys }, dueAt, label, names: waiting.names };
}

/** Has the path say that the person's zone is none, and another was taken. */
export function noteZone(standing: Standing, isInvalid: boolean): Standing {
  const { run } = standing;
  const last = run.path.at(-1);
  if (!isInvalid || !last || last.warning !== undefined) return standing;
  return { ...standing, run: { ...run, path: [...run.path.slice(0, -1), { ...last, warning: 'zone-invalid' }] } };
}

/** For people: 2026-03-01 14:00:00 UTC. */
export const instantText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const looking = { leastMs: 2_000, mostMs: 30_000 };
const backlogAfterMs = 10 * 60_000;

/** Something acknowledged may still change the answer. */
export function waitForIntake(
  standing: Standing,
  since: number,
  waiting?: { keys: readonly string[]; names: readonly string[] },
): Move {
  const { now } = standing;
  const what = now - since > backlogAfterMs ? 'held: backlog' : 'waiting for the intake to catch up';
  return waitUntil(standing, now + pauseBeforeLook(now - since, looking), what, waiting);
}

export const lifetimeEnd = ({ lifetimeMs }: CompiledJourney, { enteredAt }: Enrollment): number =>
  enteredAt + lifetimeMs;
