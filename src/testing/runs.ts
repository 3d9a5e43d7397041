import { enrollmentId, profileId } from '../domain/ids';
import type { JsonObject } from '../domain/json';
import { compileJourney, type JourneyStatus } from '../domain/journeys/compiled-journey';
import type { Enrollment } from '../domain/journeys/enrollment';
import { JourneyDefinition } from '../domain/journeys/journey.schema';
import type { FoundCause, Move, StepFacts } from '../domain/journeys/move';

/** Runs and what they may know, for tests of what a step decides. */
export const noon = Date.UTC(2026, 2, 1, 12);
export const hour = 3_600_000;
export const day = 24 * hour;
export const ada = profileId('prf_ada');
export const phone = profileId('prf_phone');

export function aJourney(steps: JsonObject, of: JsonObject = {}, status: JourneyStatus = 'published') {
  const definition = {
    key: 'j',
    name: 'J',
    entry: { on: { event: 'Started' } },
    start: Object.keys(steps)[0],
    steps,
    ...of,
  };
  return compileJourney(JourneyDefinition.parse(definition), 1, status);
}

export function aRun(at: string, of: Partial<Enrollment> = {}): Enrollment {
  return {
    id: enrollmentId('enr_1'),
    journey: 'j',
    version: 1,
    profile: ada,
    subject: 'ws_1:prf_ada',
    entryKey: '',
    n: 5,
    status: 'active',
    step: at,
    visit: 1,
    visits: { [at]: 1 },
    arrivedAt: noon,
    waitingFor: [],
    cursor: { [ada]: 10 },
    entry: { at: noon - hour, name: 'Started', properties: { cart: 'c1', total: 80 }, cursor: { [ada]: 5 } },
    steps: {},
    path: [{ step: at, visit: 1, at: noon }],
    effects: 0,
    conversions: [],
    enteredAt: noon - hour,
    openUntil: noon + 90 * day,
    workflowId: 'enrollment/ws_1/j/enr_1',
    rev: 1,
    ...of,
  };
}

export const facts = (of: Partial<StepFacts> = {}): StepFacts => ({
  ids: [ada],
  seq: 20,
  isIntakeBehind: false,
  causes: [],
  evaluate: () => false,
  root: {},
  ...of,
});

export function happened(
  name: string,
  seq: number,
  of: { at?: number; receivedAt?: number; profile?: typeof ada; properties?: JsonObject } = {},
): FoundCause {
  const at = of.at ?? noon + hour;
  const event = {
    name,
    at,
    properties: of.properties ?? {},
    messageId: `m${seq}`,
    occurredAt: at,
    receivedAt: of.receivedAt ?? at,
  };
  return { kind: 'event', event, seq, profile: of.profile ?? ada };
}

export const arrivedAt = (move: Move): string => (move.to === 'step' ? move.run.step : `(${move.to})`);
export const outcomeOf = (move: Move): string | undefined =>
  move.to === 'step' ? move.run.path.at(-2)?.outcome : move.run.path.at(-1)?.outcome;
