import { enrollName } from '../../events/enroll';
import { withKey, type JsonObject } from '../../json';
import { chainOf, longestChain } from '../chain';
import type { Enrollment } from '../enrollment';
import type { StepOf } from '../journey.schema';
import { end, goTo, waitUntil, type Begun, type Move, type Standing } from '../move';
import { readValues, recordOnce, waitForOwn, type Said } from '../record';
import type { StepKind } from '../step-kind';

type Enroll = StepOf<'enroll'>;

/** Its end rings; this is for a ring that nobody heard. */
const lookAgainMs = 86_400_000;

/**
 * Asks for a run of another journey, and goes on when it has begun or ended. What became of it is read by later steps as what a wait
 * caught: `steps.<id>.event.properties.reason`.
 */
export const enroll: StepKind<Enroll> = {
  take(step, standing) {
    const { run, facts, now } = standing;
    if (facts.recorded === 'applied') return afterAsk(step, standing);
    if (facts.recorded === 'pending') return waitForOwn(standing, enrollName);
    if (chainOf(run).length > longestChain) return end(run, 'failed', 'enroll-depth', now);
    return recordOnce(standing, step.next, { name: enrollName, say: () => askFor(step, standing) });
  },
  parts: (step) => [
    { journey: step.journey, path: '/journey' },
    ...(step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
  ],
};

function askFor({ journey, properties = {}, wait = false }: Enroll, { run, facts }: Standing): Said {
  const ask = { journey, by: 'step', properties: readValues(properties, facts.root) };
  return {
    ...{ kind: 'track', name: enrollName, emittedBy: chainOf(run) },
    properties: { ...ask, ...(wait && { parent: run.id }) },
  };
}

function afterAsk(step: Enroll, standing: Standing): Move {
  const { begun, notBegun = 'gone' } = standing.facts;
  if (!begun) return goOn(step, standing, 'not-begun', { status: 'not-begun', reason: notBegun });
  if (step.wait !== true) return goOn(step, standing, 'begun', { status: 'begun' });
  if (begun.endedAt === undefined)
    return waitUntil(standing, standing.now + lookAgainMs, `waits for the end of ${step.journey}; looks again`);
  return goOn(step, standing, begun.status, endOf(begun));
}

const endOf = ({ status, reason }: Begun): JsonObject => ({ status, ...(reason !== undefined && { reason }) });

function goOn(step: Enroll, standing: Standing, outcome: string, what: JsonObject): Move {
  const { run, facts, now } = standing;
  const event = { name: step.journey, at: now, properties: { journey: step.journey, ...what } };
  const caught = { event, profile: run.profile, seq: facts.seq };
  const steps: Enrollment['steps'] = withKey(run.steps, run.step, caught);
  return goTo({ ...standing, run: { ...run, steps } }, step.next, outcome);
}
