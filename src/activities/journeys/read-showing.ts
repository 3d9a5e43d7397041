import { isShownBy, wouldShowName } from '../../domain/events/shown';
import { effectiveAt, toRuleEvent } from '../../domain/events/event';
import type { ProfileId } from '../../domain/ids';
import { own } from '../../domain/json';
import type { StepOf } from '../../domain/journeys/journey.schema';
import type { StepFacts } from '../../domain/journeys/move';
import { exposureKeys } from '../../domain/journeys/steps/personalise';
import type { FactsInput } from './advance-facts';
import type { JourneyDeps } from './journeys';

/** For `personalise`: what surfaces were told of the present visit, and of content for a session whether the person is there. */
export async function readShowing(
  deps: JourneyDeps,
  step: StepOf<'personalise'>,
  input: FactsInput,
  ids: readonly ProfileId[],
): Promise<Pick<StepFacts, 'exposed' | 'activity'>> {
  const exposed = await readExposed(deps, input, ids);
  return step.for === 'session' ? { exposed, activity: await readActivity(deps, input, ids) } : { exposed };
}

async function readExposed(
  { store }: JourneyDeps,
  { run }: FactsInput,
  ids: readonly ProfileId[],
): Promise<NonNullable<StepFacts['exposed']>> {
  const afterSeq = Math.min(...ids.map((id) => own(run.cursor, id) ?? -1));
  const events = await store.events.underWaitKeys(exposureKeys(run, ids), afterSeq);
  return events
    .filter((event) => isShownBy(toRuleEvent(event), run))
    .map((event) => ({ at: effectiveAt(event), isGhost: event.name === wouldShowName }))
    .sort((one, other) => one.at - other.at);
}

async function readActivity(
  { store, sessionMs: gapMs }: JourneyDeps,
  { ws, run, now }: FactsInput,
  ids: readonly ProfileId[],
): Promise<NonNullable<StepFacts['activity']>> {
  const { arrivedAt } = run;
  const newest = async (after: number, upTo: number) => (await store.activity.of(ws, ids, { after, upTo, most: 1 }))[0];
  const before = await newest(arrivedAt - gapMs, arrivedAt);
  const lastAt = (await newest(arrivedAt, Math.max(now, arrivedAt))) ?? before;
  return { gapMs, wasThere: before !== undefined, ...(lastAt !== undefined && { lastAt }) };
}
