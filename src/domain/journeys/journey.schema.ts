import { z } from 'zod';
import { edgeKinds } from '../audiences/edge';
import { Holdout } from '../audiences/holdout.schema';
import { Rule } from '../audiences/rule.schema';
import { Where } from '../audiences/where.schema';
import { DefinitionKey, Duration, EventName, Name, Path, SignalName, Zone } from '../definition-fields.schema';
import { AudienceStep, EmitStep, EnrollStep, SplitStep, UpdateStep } from './effect-steps.schema';
import { parseCron } from '../cron';
import { PersonaliseStep } from './personalise-step.schema';
import { oneOf } from '../one-of.schema';
import { StepId } from './step-fields.schema';
import { Offset, Timeout, WaitUntil, WaitWindow } from './wait-fields.schema';

/** Bounds of one journey. */
export const journeyLimits = {
  steps: 200,
  triggers: 20,
  cases: 50,
  exits: 50,
  goals: 20,
  parallel: 20,
  updates: 20,
  fallbacks: 5,
} as const;

/** `match` ties an event to a run: a path in the event → a path of the run, such as `entry.properties.cart_id`. */
export const EventTrigger = z.strictObject({
  event: EventName,
  where: z.array(Where).min(1).max(20).optional(),
  match: z.record(Path, Path).optional(),
});
export const EdgeTrigger = z.strictObject({ audience: DefinitionKey, edge: z.enum(edgeKinds) });
/** What somebody tells one run, by `POST /v1/enrollments/{id}/signal`. */
export const SignalTrigger = z.strictObject({ signal: SignalName });
/** A rule begins to hold. */
export const WhenTrigger = z.strictObject({ when: Rule });
/** So long before or after a date of the person comes. */
export const DateTrigger = z.strictObject({ date: Path, offset: Offset.optional() });
const Cron = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const read = parseCron(text);
    if (typeof read === 'string') context.addIssue({ code: 'custom', message: read });
  });
/** At each instant of a cron expression everybody in an audience is asked to enter. */
export const ScheduleTrigger = z.strictObject({
  schedule: Cron,
  zone: Zone,
  audience: DefinitionKey,
  /** How many of them in a second. */
  perSecond: z.int().min(1).max(1_000).optional(),
});
const hint = 'Write { "event": name }, { "audience": key, "edge": "entered" | "exited" }, { "when": rule }';
const has = (value: unknown, field: string): boolean => typeof value === 'object' && value !== null && field in value;
const isWhen = (value: unknown): boolean => has(value, 'when');
const AnyTrigger = z.union([EventTrigger, EdgeTrigger, WhenTrigger, SignalTrigger], {
  error: `${hint} or { "signal": name }.`,
});
export const Trigger = oneOf(AnyTrigger, (value) => (isWhen(value) ? WhenTrigger : AnyTrigger));

export const Reentry = z.strictObject({
  again: z.union([z.enum(['never', 'always']), Duration], {
    error: 'Write "never", "always" or a duration such as "7d".',
  }),
  /** What somebody who is inside by the same key does: nothing, end that run and begin anew, or begin another beside it. */
  whileInside: z.enum(['ignore', 'restart', 'parallel']).optional(),
  /** Of `parallel`: how many runs of one key may be inside. */
  max: z.int().min(2).max(journeyLimits.parallel).optional(),
});
/** By nothing that happens: only who is asked for begins. */
export const ApiTrigger = z.strictObject({ api: z.literal(true) });
const AnyEntry = z.union(
  [EventTrigger.omit({ match: true }), EdgeTrigger, WhenTrigger, DateTrigger, ScheduleTrigger, ApiTrigger],
  {
    error: `${hint}, { "date": path, "offset"? }, { "schedule": cron, "zone", "audience" } or { "api": true }.`,
  },
);
const EntryTrigger = oneOf(AnyEntry, (value) => {
  if (isWhen(value)) return WhenTrigger;
  if (has(value, 'schedule')) return ScheduleTrigger;
  return has(value, 'date') ? DateTrigger : AnyEntry;
});
export const Entry = z.strictObject({
  on: EntryTrigger,
  /** A path in the entry event: one run per value. */
  key: Path.optional(),
  if: Rule.optional(),
  maxEventAge: Duration.optional(),
  /** `household`: one run for all of a household, and by themselves for people without one. */
  per: z.enum(['profile', 'household']).optional(),
  /** Of a household, whom the run speaks to: who did what began it, or the first member, in the order of joining, who can be reached. */
  recipient: z.enum(['actor', 'first-reachable']).optional(),
  reentry: Reentry.optional(),
});
export const ExitRule = z.strictObject({ on: Trigger, reason: z.string().min(1).max(200).optional() });
/** What is learned of a run: the properties of the event go over those of the entry. */
export const UpdateRule = z.strictObject({ on: Trigger, resumeAt: StepId.optional() });
export const Goal = z.strictObject({
  key: DefinitionKey,
  on: Trigger,
  within: Duration,
  value: Path.optional(),
  currency: Path.optional(),
});

export const WaitStep = z
  .strictObject({
    type: z.literal('wait'),
    for: Duration.optional(),
    until: WaitUntil.optional(),
    window: WaitWindow.optional(),
    next: StepId,
  })
  .refine((step) => [step.for, step.until, step.window].filter((field) => field !== undefined).length === 1, {
    error: 'A wait has exactly one of "for", "until" and "window".',
  });
export const WaitForStep = z
  .strictObject({
    type: z.literal('wait-for'),
    since: z.enum(['step', 'entry', 'ever']).optional(),
    timeout: Timeout,
    /** What becomes of the time-out when the entry happens again meanwhile. */
    onRepeat: z.enum(['ignore', 'reset']).optional(),
    first: z
      .array(z.strictObject({ on: Trigger, next: StepId }))
      .min(1)
      .max(journeyLimits.triggers),
    onTimeout: StepId,
  })
  .refine(({ timeout, onRepeat }) => onRepeat !== 'reset' || typeof timeout === 'string', {
    path: ['onRepeat'],
    error: 'A date does not begin anew; write a duration as "timeout", or remove "onRepeat".',
  });
export const BranchStep = z.strictObject({
  type: z.literal('branch'),
  cases: z
    .array(z.strictObject({ if: Rule, next: StepId }))
    .min(1)
    .max(journeyLimits.cases),
  else: StepId,
});
/** Without `next` the journey is complete after the step. */
export const SendStep = z.strictObject({
  type: z.literal('send'),
  destination: DefinitionKey,
  action: Name.optional(),
  /** Checked against the destination's action, whose module owns the form of mappings. */
  mapping: z.record(Name, z.json()).optional(),
  /** Tried in order when the one before has refused it for good, or its channel may not be used; each a delivery of its own. */
  fallback: z
    .array(
      z.strictObject({
        destination: DefinitionKey,
        action: Name.optional(),
        mapping: z.record(Name, z.json()).optional(),
      }),
    )
    .min(1)
    .max(journeyLimits.fallbacks)
    .optional(),
  /** One message of this step for all of a household: as long as nobody could enter again by the same key, or as it says, whatever the key. */
  once: z
    .union([z.literal('household'), z.strictObject({ per: z.literal('household'), within: Duration })], {
      error: 'Write "household", or { "per": "household", "within": "7d" }.',
    })
    .optional(),
  onFailure: z
    .union([z.enum(['continue', 'exit']), z.strictObject({ step: StepId })], {
      error: 'Write "continue", "exit" or { "step": id }.',
    })
    .optional(),
  next: StepId.optional(),
});
export const ExitStep = z.strictObject({ type: z.literal('exit'), reason: z.string().min(1).max(200).optional() });

export const Step = z.discriminatedUnion('type', [
  WaitStep,
  WaitForStep,
  BranchStep,
  SplitStep,
  SendStep,
  PersonaliseStep,
  UpdateStep,
  EmitStep,
  AudienceStep,
  EnrollStep,
  ExitStep,
]);

/** A journey as users write it. What only the whole can show (a step that leads nowhere) is `lintJourney`'s. */
export const JourneyDefinition = z.strictObject({
  key: DefinitionKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  labels: z.array(z.string().min(1).max(100)).max(50).optional(),
  entry: Entry,
  exits: z.array(ExitRule).max(journeyLimits.exits).optional(),
  updates: z.array(UpdateRule).max(journeyLimits.updates).optional(),
  goals: z.array(Goal).max(journeyLimits.goals).optional(),
  /** A share of those who enter is never sent, so that what the sends bring can be measured. */
  holdout: Holdout.optional(),
  purpose: Name.optional(),
  lifetime: Duration.optional(),
  /** For people whose own zone is not known. */
  zone: Zone.optional(),
  start: StepId,
  steps: z.record(StepId, Step).refine((steps) => Object.keys(steps).length <= journeyLimits.steps, {
    error: `A journey has at most ${journeyLimits.steps} steps.`,
  }),
});

export type EventTrigger = z.infer<typeof EventTrigger>;
export type EdgeTrigger = z.infer<typeof EdgeTrigger>;
export type SignalTrigger = z.infer<typeof SignalTrigger>;
export type DateTrigger = z.infer<typeof DateTrigger>;
export type ScheduleTrigger = z.infer<typeof ScheduleTrigger>;
export type Trigger = z.infer<typeof Trigger>;
export type EntryTrigger = z.infer<typeof Entry>['on'];
export type ExitRule = z.infer<typeof ExitRule>;
export type Goal = z.infer<typeof Goal>;
export type Step = z.infer<typeof Step>;
export type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>;
export type JourneyDefinition = z.infer<typeof JourneyDefinition>;
