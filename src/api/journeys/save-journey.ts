import type { JourneyStatus } from '../../domain/journeys/compiled-journey';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import type { JourneyDoc } from '../../store/journeys';
import { checkPreconditions } from '../etag';
import { conflict } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition, type Saving } from '../save-definition';
import { oweSchedule } from './begin-work';
import { readJourney } from './find-journey';
import type { Changed } from './publish';

/** Saves the draft; what is published goes on. Throws 412. */
export async function saveDraft(call: KeyCall, definition: JourneyDefinition): Promise<JourneyDoc> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async ({ session }) => {
    const before = await deps.store.journeys.byKey(ws, definition.key, session);
    checkPreconditions(call, before?.rev);
    await deps.store.journeys.saveDraft(ws, definition, now, session);
    return readJourney(call, definition.key, session);
  });
}

/** Forgets the draft, and a journey that was never published. Throws 404, 409 and 412. */
export async function discardDraft(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async ({ session }) => {
    const before = await readJourney(call, key, session);
    checkPreconditions(call, before.rev);
    if (before.draftJson === undefined) throw conflict('The journey has no draft; archive it to end it.');
    await deps.store.journeys.discardDraft(ws, key, now, session);
  });
}

interface StatusChange {
  readonly from: readonly JourneyStatus[];
  readonly to: JourneyStatus;
  /** What follows of it, in the same transaction: answers the operations. */
  readonly then?: (saving: Saving) => Promise<string[]>;
  /** What follows of asking for it of a journey that is there already. */
  readonly again?: (saving: Saving) => Promise<string[]>;
}

const nothing = async (): Promise<string[]> => [];

/** Pauses, resumes or archives. Throws 404 and 409. */
export async function changeStatus(
  call: KeyCall,
  key: string,
  { from, to, then = nothing, again = nothing }: StatusChange,
): Promise<Changed> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async (saving) => {
    const { session, raiseRuleset } = saving;
    const before = await readJourney(call, key, session);
    if (before.status === to) {
      const operations = await again(saving);
      return { journey: await readJourney(call, key, session), operations };
    }
    if (!(await deps.store.journeys.setStatus(ws, key, { from, to, now }, session)))
      throw conflict(`A journey that is ${before.status} cannot become ${to}.`);
    await raiseRuleset();
    await oweSchedule(call, saving, key);
    const operations = await then(saving);
    return { journey: await readJourney(call, key, session), operations };
  });
}
