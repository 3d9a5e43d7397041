import { listOf } from '../../domain/audiences/manual-audience';
import type { Rule } from '../../domain/audiences/rule.schema';
import { enrollmentId, type WorkspaceId } from '../../domain/ids';
import { omit, own } from '../../domain/json';
import { saidKey } from '../../domain/journeys/enrollment';
import type { StepOf } from '../../domain/journeys/journey.schema';
import type { StepFacts } from '../../domain/journeys/move';
import type { FactsInput } from './advance-facts';
import type { JourneyDeps } from './journeys';
import { readWinner } from './read-winner';

/** What steps that record an event must know: what became of it, and what it is to say. */
export async function readRecording(
  deps: JourneyDeps,
  step: StepOf<'update' | 'emit' | 'split' | 'audience' | 'enroll'>,
  input: FactsInput,
): Promise<Partial<StepFacts>> {
  // Before anything else, so that what follows from the event is seen once it is applied.
  const recorded = await readRecorded(deps, input);
  switch (step.type) {
    case 'update':
    case 'emit':
      return { recorded };
    case 'split':
      return { recorded, ...(await readSplit(deps, input, step, recorded)) };
    case 'enroll':
      return { recorded, ...(await readBegun(deps, input)) };
    case 'audience':
      return { recorded, ...(await readList(deps, input.ws, step.audience)) };
  }
}

/** What became of the event that the present visit of a step records. */
async function readRecorded(
  { store }: JourneyDeps,
  { ws, run }: FactsInput,
): Promise<NonNullable<StepFacts['recorded']>> {
  return (await store.events.byMessageId(ws, saidKey(run)))?.state ?? 'absent';
}

/** Of the profile as it is now: the event of the exposure may have been applied since the run was read. */
async function readSplit(
  deps: JourneyDeps,
  { ws, profile, journey }: FactsInput,
  step: StepOf<'split'>,
  recorded: StepFacts['recorded'],
): Promise<Partial<StepFacts>> {
  const { experiments = {} } = (await deps.store.profiles.canonical(ws, profile.id)) ?? profile;
  const exposure = own(experiments, step.experiment);
  if (exposure) return { exposure };
  return recorded === 'absent' ? readWinner(deps, { ws, journey: journey.key }, step) : {};
}

/** What became of the run that was asked for, or of the one that goes on in its place. */
async function readBegun({ store }: JourneyDeps, { ws, run }: FactsInput): Promise<Partial<StepFacts>> {
  const { began, notBegun } = (await store.events.byMessageId(ws, saidKey(run))) ?? {};
  if (notBegun !== undefined) return { notBegun };
  let begun = began === undefined ? undefined : await store.enrollments.byId(ws, enrollmentId(began));
  for (let merges = 0; begun?.mergedInto !== undefined && merges < mergesAtMost; merges += 1)
    begun = (await store.enrollments.byId(ws, begun.mergedInto)) ?? omit(begun, 'mergedInto');
  return begun ? { begun } : {};
}

const mergesAtMost = 20;

async function readList({ store }: JourneyDeps, ws: WorkspaceId, key: string): Promise<Pick<StepFacts, 'list'>> {
  const audience = await store.audiences.find(ws, key);
  const list = audience && listOf(JSON.parse(audience.ruleJson) as Rule);
  return list === undefined ? {} : { list };
}
