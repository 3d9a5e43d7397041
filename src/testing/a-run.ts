import { enrollmentId, profileId } from '../domain/ids';
import type { JsonObject } from '../domain/json';
import { compileJourney, type CompiledJourney } from '../domain/journeys/compiled-journey';
import type { Enrollment } from '../domain/journeys/enrollment';
import { JourneyDefinition } from '../domain/journeys/journey.schema';
import { day, hour, noon } from './builders';

export const somebody = profileId('prf_1');

/** A version of a journey that begins at the first of its steps. */
export function aVersion(version: number, steps: JsonObject, of: JsonObject = {}): CompiledJourney {
  const entry = { on: { event: 'Started' } };
  const definition = { ...{ key: 'j', name: 'J', entry, start: Object.keys(steps)[0], steps }, ...of };
  return compileJourney(JourneyDefinition.parse(definition), version, 'published');
}

/** A run that has stood at a step since noon. */
export function aRunAt(step: string, of: Partial<Enrollment> = {}): Enrollment {
  return {
    ...{ id: enrollmentId('enr_1'), workflowId: 'enrollment/ws_1/j/enr_1', journey: 'j', version: 1 },
    ...{ profile: somebody, subject: `ws_1:${somebody}`, entryKey: '', n: 5, status: 'active' },
    ...{ step, visit: 1, visits: { [step]: 1 }, arrivedAt: noon, cursor: { [somebody]: 10 }, waitingFor: [] },
    entry: { at: noon - hour, name: 'Started', properties: { cart: 'c1' }, messageId: 'm1', cursor: { [somebody]: 5 } },
    ...{ steps: {}, path: [{ step, visit: 1, at: noon }], effects: 0, conversions: [] },
    ...{ enteredAt: noon - hour, openUntil: noon + 90 * day, rev: 1 },
    ...of,
  };
}
