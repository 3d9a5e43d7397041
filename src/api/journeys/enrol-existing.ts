import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import type { JourneyDoc } from '../../store/journeys';
import { conflict, invalidRequest } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';
import { demandApproval } from './approval';
import { beginEnrolling } from './begin-work';
import type { EnrolExistingInput } from './publish-input';
import type { Changed } from './publish';
import { readJourney } from './find-journey';

/** The audience whose members begin a journey by entering it. */
export const entryAudience = ({ entry: { on } }: JourneyDefinition): string | undefined =>
  'edge' in on && on.edge === 'entered' ? on.audience : undefined;

/** Whom an enrolment of existing members would ask: how many, and of which audience. Throws 400, 404 and 409. */
export async function planEnrolling(
  call: KeyCall,
  journey: JourneyDoc,
  { audience: named }: EnrolExistingInput,
): Promise<{ audience: string; members: number }> {
  const { store } = call.deps;
  if (journey.publishedVersion === undefined) throw conflict('The journey was never published; publish it first.');
  const [newest] = await store.journeys.versions(call.ws, journey.key);
  const audience = named ?? (newest && entryAudience(newest.definition));
  if (audience === undefined) throw wrongAudience('The entry is no audience that people enter; name an audience.');
  if (!(await store.audiences.find(call.ws, audience))) throw wrongAudience(`There is no audience "${audience}".`);
  return { audience, members: await store.memberships.size(call.ws, audience) };
}

const wrongAudience = (message: string) => invalidRequest(message, [{ in: 'body', pointer: '/audience', message }]);

/** Asks for a run for each present member; above the limit of people it waits for a second key. Throws as `planEnrolling`, and 409 unless it is published. */
export async function enrolExisting(call: KeyCall, key: string, input: EnrolExistingInput): Promise<Changed> {
  const journey = await readJourney(call, key);
  const { audience, members } = await planEnrolling(call, journey, input);
  if (journey.status !== 'published') throw conflict(`Nobody enters a journey that is ${journey.status}.`);
  const asked = await demandApproval(call, journey, { change: 'enrol-existing', input, affected: members });
  if (asked) return { journey: asked, operations: [], isAsked: true };
  return saveDefinition(call.deps, call.ws, async (saving) => {
    await call.deps.store.journeys.setAsked(call.ws, key, undefined, saving.session);
    const of = { journey: key, audience, perSecond: input.perSecond };
    const id = await beginEnrolling(call, saving, of);
    return { journey: await readJourney(call, key, saving.session), operations: [id] };
  });
}
