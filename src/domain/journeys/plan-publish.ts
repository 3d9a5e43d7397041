import { own } from '../json';
import type { CompiledJourney } from './compiled-journey';
import type { JourneyDefinition, Step } from './journey.schema';
import { counterpart, type StepMap } from './migrate-run';

export const inFlightChoices = ['finish', 'migrate', 'exit'] as const;
/** What becomes of people inside older versions. */
export type InFlight = (typeof inFlightChoices)[number];

/** How many runs stand at a step of a version. */
export interface StandingRuns {
  readonly version: number;
  readonly step: string;
  readonly count: number;
}

/** Where those at a step of an older version go on: a step, `null` for nowhere; absent where nobody has said. */
export interface PlannedStep {
  readonly step: string;
  readonly inside: number;
  readonly to?: string | null;
}
export interface PlannedVersion {
  readonly version: number;
  readonly inside: number;
  readonly steps: readonly PlannedStep[];
}

/** Whom a publication reaches. Every step of a version with somebody inside is listed: who is inside moves on meanwhile. */
export interface PublishPlan {
  readonly versions: readonly PlannedVersion[];
  /** Runs that would move or end. */
  readonly moved: number;
  /** What is wrong with the map, as pointers into it. */
  readonly faults: readonly { readonly pointer: string; readonly message: string }[];
}

export function planPublish(
  versions: readonly CompiledJourney[],
  standing: readonly StandingRuns[],
  to: JourneyDefinition,
  { inFlight, stepMap = {} }: { readonly inFlight: InFlight; readonly stepMap?: StepMap | undefined },
): PublishPlan {
  const isMigration = inFlight === 'migrate';
  const inside = versions
    .map((version) =>
      planVersion(version, standing, (step) =>
        isMigration ? counterpart(step, { definition: to }, stepMap) : undefined,
      ),
    )
    .filter((version) => version.inside > 0);
  const moved = inFlight === 'finish' ? 0 : inside.reduce((sum, version) => sum + version.inside, 0);
  const faults = isMigration
    ? [...wrongTargets(stepMap, to), ...withoutCounterpart(inside), ...renamedWaits(versions, stepMap, to)]
    : [];
  return { versions: inside, moved, faults };
}

function planVersion(
  { version, definition }: CompiledJourney,
  standing: readonly StandingRuns[],
  leadTo: (step: string) => string | null | undefined,
): PlannedVersion {
  const here = standing.filter((one) => one.version === version);
  const steps = Object.keys(definition.steps).map((step): PlannedStep => {
    const to = leadTo(step);
    const count = here.find((one) => one.step === step)?.count ?? 0;
    return { step, inside: count, ...(to !== undefined && { to }) };
  });
  return { version, inside: here.reduce((sum, { count }) => sum + count, 0), steps };
}

const wrongTargets = (stepMap: StepMap, { steps }: JourneyDefinition): PublishPlan['faults'] =>
  Object.entries(stepMap)
    .filter(([, target]) => target !== null && own(steps, target) === undefined)
    .map(([step, target]) => ({
      pointer: `/stepMap/${step}`,
      message: `The draft has no step "${target}"; name one of it, or write null to end the runs that stand at "${step}".`,
    }));

/** A run that waits for another journey knows it by the name of its step: under another name it would begin that once more. */
function renamedWaits(
  versions: readonly CompiledJourney[],
  stepMap: StepMap,
  { steps }: JourneyDefinition,
): PublishPlan['faults'] {
  return Object.entries(stepMap).flatMap(([step, target]) => {
    const isWaiting = versions.some(({ definition }) => isWaitForJourney(own(definition.steps, step)));
    if (!isWaiting || target === null || target === step || own(steps, target)?.type !== 'enroll') return [];
    const message = `"${step}" waits for another journey, and would begin it again as "${target}"; keep its name, or lead to another step.`;
    return [{ pointer: `/stepMap/${step}`, message }];
  });
}

const isWaitForJourney = (step: Step | undefined): boolean => step?.type === 'enroll' && step.wait === true;

function withoutCounterpart(versions: readonly PlannedVersion[]): PublishPlan['faults'] {
  const missing = versions.flatMap(({ version, steps }) =>
    steps.filter(({ to }) => to === undefined).map(({ step, inside }) => ({ version, step, inside })),
  );
  return [...new Set(missing.map(({ step }) => step))].map((step) => {
    const inside = missing.filter((one) => one.step === step).reduce((sum, one) => sum + one.inside, 0);
    return {
      pointer: `/stepMap/${step}`,
      message: `The step "${step}" of an older version, where ${inside} stand now, is not in the draft; say in "stepMap" where it goes on, or null to end there.`,
    };
  });
}
