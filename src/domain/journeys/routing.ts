import { bindPaths, hasFrom } from '../audiences/bind-paths';
import type { Due } from '../audiences/due';
import type { Rule } from '../audiences/rule.schema';
import { parseDuration } from '../duration';
import { readEnroll, type EnrollAsk } from '../events/enroll';
import type { Group } from '../groups/group';
import { enrollmentId, householdSubject, subjectOf, type EnrollmentId, type ProfileId, type WorkspaceId } from '../ids';
import { omit, type JsonObject } from '../json';
import { firstAt } from '../path';
import type { CompiledJourney } from './compiled-journey';
import { entryOfDate, hasBegunBy, isEntry, whyEdgeIgnored } from './due-entry';
import {
  endEnrollment,
  enrollmentWorkflowId,
  isInside,
  seenAll,
  type Conversion,
  type Cursor,
  type Enrollment,
  type EntryCause,
} from './enrollment';
import type { Goal, JourneyDefinition, Trigger } from './journey.schema';
import { eventRoot, runRoot } from './run-paths';
import { belongsToRun, causeAt, toldBy, triggers, type Cause } from './trigger';
import { keyOf } from './entry-key';

export type { Cause } from './trigger';

/** Why a cause that fits an entry starts nothing. */
export type IgnoredEntry =
  | 'not-published'
  | 'not-by-api'
  | 'not-by-schedule'
  | 'restricted'
  | 'edge-starts-nothing'
  | 'emitted-by-itself'
  | 'too-old'
  | 'no-key'
  | 'already-inside'
  | 'enough-inside'
  | 'entered-before'
  | 'too-soon'
  | 'rule';

export interface EntryContext {
  readonly ws: WorkspaceId;
  readonly profile: ProfileId;
  /** The profile's id and those it has absorbed. */
  readonly subjectIds: readonly ProfileId[];
  /** Where the journey is entered per household: the one that the person acts for. */
  readonly household?: Pick<Group, 'key'>;
  /** This person's runs, or the household's, that are open or recent, of any journey. */
  readonly existing: readonly Enrollment[];
  /** Asks the profile as it is after the cause. Values `from` paths are bound already; `path` conditions read `paths`. */
  readonly evaluateIf: (rule: Rule, paths: JsonObject) => boolean;
  /** Of the hidden audience of a date: the date that has come, and when it did. */
  readonly readDue: (audience: string) => Due | undefined;
  readonly now: number;
  readonly makeId: (journey: string, subject: string, entryKey: string, n: number) => EnrollmentId;
}

/** The run that a cause begins, `ignored` with the reason, or nothing when the cause is not this journey's entry. */
export function decideEntry(
  journey: CompiledJourney,
  cause: Cause,
  context: EntryContext,
): Enrollment | { readonly ignored: IgnoredEntry } | undefined {
  const { entry } = journey.definition;
  const asked = askOf(cause);
  if (asked ? asked.journey !== journey.key : !isEntry(journey.definition, cause)) return undefined;
  const cameIn = entryCause(cause, context, asked);
  const entryKey = keyOf(entry.key, cameIn);
  const ignored = whyIgnored(journey, cause, { ...context, at: cameIn.at }, asked);
  if (ignored) return { ignored };
  if (entryKey === undefined) return { ignored: 'no-key' };
  const barred = whyBarred(journey, entryKey, cameIn, context.existing);
  if (barred) return { ignored: barred };
  if (entry.if && !asks(entry.if, cameIn, context)) return { ignored: 'rule' };
  const run = newEnrollment(journey, cameIn, entryKey, cause.seq, context);
  return asked ? { ...run, ...askedFor(asked) } : run;
}

const askedFor = ({ parent, test }: EnrollAsk): Pick<Enrollment, 'parent' | 'test'> => ({
  ...(parent !== undefined && { parent: enrollmentId(parent) }),
  ...(test && { test: omit(test, 'version') }),
});

/** Those in whose place a run begins, where it begins anew: they end in the transaction that begins it. */
export function endRestarted(
  { definition }: CompiledJourney,
  { journey, entryKey }: Enrollment,
  existing: readonly Enrollment[],
  now: number,
): Enrollment[] {
  if (definition.entry.reentry?.whileInside !== 'restart') return [];
  return existing
    .filter((run) => isInside(run) && run.journey === journey && run.entryKey === entryKey)
    .map((run) => endEnrollment(run, { status: 'exited', reason: 'restarted' }, now));
}

/** What a cause asks for: that its person begins a journey, whatever the entry of that waits for. */
export const askOf = (cause: Cause): EnrollAsk | undefined =>
  cause.kind === 'event' ? readEnroll(cause.event) : undefined;

/**
 * The first exit rule that the cause satisfies, by position. What happened before the entry ends nothing, unless a `match` ties
 * it to this run; nor does the entry event itself, nor what the run has said.
 */
export function decideExit(
  run: Enrollment,
  journey: CompiledJourney,
  cause: Cause,
): { readonly reason: string; readonly rule: number } | undefined {
  if (!isInside(run) || isEntryOf(run, cause) || isBy(run, cause)) return undefined;
  const rules = journey.definition.exits ?? [];
  const rule = rules.findIndex(({ on }) => concerns(on, cause, run));
  const found = rules[rule];
  return found ? { reason: found.reason ?? 'exit-rule', rule } : undefined;
}

/** Whether a cause is what a trigger of this run waits for; of what happened before the entry, what a `match` ties to it. */
export function concerns(on: Trigger, cause: Cause, run: Enrollment): boolean {
  if (!triggers(on, cause) || !belongsToRun(on, cause, run)) return false;
  return causeAt(cause) >= run.entry.at || hasMatch(on);
}

/**
 * Conversions that the cause adds: once per goal, in `[entry, entry + within]`, also after the run has ended; but for one that a merge
 * ended the run that took its place converts.
 */
export function decideConversions(run: Enrollment, journey: CompiledJourney, cause: Cause): Conversion[] {
  if (isEntryOf(run, cause) || isBy(run, cause) || run.mergedInto !== undefined) return [];
  const goals = journey.definition.goals ?? [];
  return goals.filter((goal) => isReached(goal, run, cause)).map((goal) => toConversion(goal, cause));
}

/** What a cause converts of a goal, whenever that was; the window is for whoever asks to keep. */
export function reachedGoal(goal: Goal, run: Enrollment, cause: Cause): Conversion | undefined {
  if (isEntryOf(run, cause) || isBy(run, cause)) return undefined;
  return triggers(goal.on, cause) && belongsToRun(goal.on, cause, run) ? toConversion(goal, cause) : undefined;
}

function entryCause(cause: Cause, context: EntryContext, asked: EnrollAsk | undefined): EntryCause {
  const cursor = cursorAt(context.profile, cause.seq, context.subjectIds);
  if (cause.kind === 'edge') {
    const due = context.readDue(cause.audience);
    return { ...(due ? entryOfDate(due) : toldBy(cause)), cursor };
  }
  const { at, name, properties, messageId, emittedBy } = cause.event;
  return { at, name, properties: asked?.properties ?? properties, messageId, ...(emittedBy && { emittedBy }), cursor };
}

/** Everything up to `seq` of the profile, and all of those it had absorbed. */
export function cursorAt(profile: ProfileId, seq: number, ids: readonly ProfileId[]): Cursor {
  return Object.fromEntries(ids.map((id) => [id, id === profile ? seq : seenAll]));
}

/** A test begins whatever the entry waits for, and whoever may enter. */
const whyIgnored = (...[journey, cause, at, asked]: Parameters<typeof whyUnfit>): IgnoredEntry | undefined =>
  asked?.test ? undefined : whyUnfit(journey, cause, at, asked);

function whyUnfit(
  journey: CompiledJourney,
  cause: Cause,
  { now, at }: Pick<EntryContext, 'now'> & { readonly at: number },
  asked: EnrollAsk | undefined,
): IgnoredEntry | undefined {
  const { key, status, maxEventAgeMs, definition } = journey;
  if (status !== 'published') return 'not-published';
  const unasked = whyUnasked(definition, asked);
  if (unasked) return unasked;
  if (cause.kind === 'edge') return whyEdgeIgnored(journey, cause, at, now);
  if (cause.event.emittedBy?.at(-1) === key) return 'emitted-by-itself';
  return now - cause.event.at > maxEventAgeMs ? 'too-old' : undefined;
}

function whyUnasked(
  { entry: { on } }: JourneyDefinition,
  asked: EnrollAsk | undefined,
): 'not-by-api' | 'not-by-schedule' | undefined {
  // What waits for an event would begin with properties that no event had.
  if (asked?.by === 'api' && !('api' in on)) return 'not-by-api';
  // Another version may have been published since the instant at which people were asked.
  return asked?.by === 'schedule' && !('schedule' in on) ? 'not-by-schedule' : undefined;
}

function whyBarred(
  journey: CompiledJourney,
  entryKey: string,
  came: EntryCause,
  existing: readonly Enrollment[],
): IgnoredEntry | undefined {
  const { key, againAfterMs } = journey;
  const earlier = existing.filter((run) => run.journey === key && run.entryKey === entryKey);
  const inside = earlier.filter(isInside).length;
  // While somebody is inside, that decides; how long ago they entered counts for those who are not.
  if (hasBegunBy(journey.definition, came, earlier)) return 'entered-before';
  if (inside > 0) return whyNoneBeside(journey, inside);
  if (earlier.length === 0) return undefined;
  if (againAfterMs === Infinity) return 'entered-before';
  // Events come late: what happened long before an entry is as far from it as what happened long after.
  return earlier.some((run) => Math.abs(came.at - run.entry.at) < againAfterMs) ? 'too-soon' : undefined;
}

function whyNoneBeside({ mostInside, definition }: CompiledJourney, inside: number): IgnoredEntry | undefined {
  if (definition.entry.reentry?.whileInside === 'restart' || inside < mostInside) return undefined;
  return mostInside === 1 ? 'already-inside' : 'enough-inside';
}

function asks(rule: Rule, entry: EntryCause, { evaluateIf }: EntryContext): boolean {
  const paths = { ...runRoot({ entry, steps: {} }), event: eventRoot(entry) };
  // A rule with nothing to bind stays the same object, so that whoever evaluates it may keep it compiled.
  return evaluateIf(hasFrom(rule) ? bindPaths(rule, paths) : rule, paths);
}

function newEnrollment(
  journey: CompiledJourney,
  entry: EntryCause,
  entryKey: string,
  n: number,
  { ws, profile, household, now, makeId }: EntryContext,
): Enrollment {
  const subject = subjectOf(ws, profile);
  // Of a household, too: it counts from nothing again once nobody was in it, and its runs of before are still there.
  const id = makeId(journey.key, subject, entryKey, n);
  const step = journey.definition.start;
  return {
    id,
    journey: journey.key,
    version: journey.version,
    profile,
    subject,
    ...(household && {
      household: {
        key: household.key,
        actor: profile,
        hasRecipient: journey.definition.entry.recipient !== 'first-reachable',
      },
      householdSubject: householdSubject(ws, household.key),
    }),
    entryKey,
    n,
    status: 'starting',
    step,
    visit: 1,
    visits: { [step]: 1 },
    arrivedAt: now,
    waitingFor: [],
    cursor: entry.cursor,
    entry,
    steps: {},
    path: [{ step, visit: 1, at: now }],
    effects: 0,
    conversions: [],
    enteredAt: now,
    openUntil: openUntil(journey, entry.at, entryKey, now),
    workflowId: enrollmentWorkflowId(ws, journey.key, id),
    rev: 1,
  };
}

/** Keyed runs are forgotten after this, so that a person's orders of years do not weigh on each of their events. */
const keyedMemoryMs = 400 * 86_400_000;

export function openUntil(journey: CompiledJourney, enteredOn: number, entryKey: string, now: number): number {
  const { lifetimeMs, longestGoalMs, againAfterMs } = journey;
  const memoryMs = againAfterMs !== Infinity ? againAfterMs : entryKey === '' ? Number.MAX_SAFE_INTEGER : keyedMemoryMs;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(now + lifetimeMs, enteredOn + longestGoalMs, enteredOn + memoryMs));
}

const hasMatch = (on: Trigger): boolean => 'event' in on && on.match !== undefined;

export const isEntryOf = (run: Enrollment, cause: Cause): boolean =>
  cause.kind === 'event' ? cause.event.messageId === run.entry.messageId : run.entry.cursor[run.profile] === cause.seq;

/** Whether a step of the run has recorded it; see `effectKey`. */
const isBy = (run: Enrollment, cause: Cause): boolean =>
  cause.kind === 'event' && cause.event.messageId.startsWith(`${run.id}:`);

function isReached(goal: Goal, run: Enrollment, cause: Cause): boolean {
  if (run.conversions.some((conversion) => conversion.goal === goal.key)) return false;
  const age = causeAt(cause) - run.entry.at;
  return age >= 0 && age <= parseDuration(goal.within) && triggers(goal.on, cause) && belongsToRun(goal.on, cause, run);
}

function toConversion(goal: Goal, cause: Cause): Conversion {
  if (cause.kind === 'edge') return { goal: goal.key, at: cause.at };
  const root = eventRoot(toldBy(cause));
  const value = goal.value === undefined ? undefined : firstAt(root, goal.value);
  const currency = goal.currency === undefined ? undefined : firstAt(root, goal.currency);
  return {
    goal: goal.key,
    at: cause.event.at,
    messageId: cause.event.messageId,
    ...(typeof value === 'number' && { value }),
    ...(typeof currency === 'string' && { currency }),
  };
}
