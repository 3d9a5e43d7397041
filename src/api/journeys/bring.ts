import type { z } from 'zod';
import type { RunTask } from '../../domain/journeys/run-task';
import type { JourneyDoc } from '../../store/journeys';
import { conflict, forbidden } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition, type Saving } from '../save-definition';
import { approving, demandApproval } from './approval';
import { beginRuns, oweSchedule } from './begin-work';
import { enrolExisting } from './enrol-existing';
import { publish, type Changed } from './publish';
import {
  ArchiveInput,
  EnrolExistingInput,
  PublishInput,
  ResumeInput,
  RollbackInput,
  type CanaryInput,
} from './publish-input';
import { readJourney } from './find-journey';
import { changeStatus } from './save-journey';

/** Goes on after a pause. Whom it has kept from a send go one after the other, as is said. Above the limit of people whom that ends it waits for a second key. Throws 404 and 409. */
export async function resume(call: KeyCall, key: string, input: z.output<typeof ResumeInput>): Promise<Changed> {
  const { enrollments, journeys } = call.deps.store;
  const before = await readJourney(call, key);
  const isEnding = input.overdue === 'exit' && before.status === 'paused';
  const affected = isEnding ? await enrollments.kept(call.ws, key) : 0;
  const asked = await demandApproval(call, before, { change: 'resume', input, affected });
  if (asked) return waiting(asked);
  return changeStatus(call, key, {
    from: ['paused'],
    to: 'published',
    then: async (saving) => {
      await forgetAsked(call, before, saving);
      if ((await enrollments.kept(call.ws, key)) === 0) return [];
      const task: RunTask = { do: 'release', how: input.overdue };
      const id = await beginRuns(call, saving, { journey: key, task, perSecond: input.perSecond });
      await journeys.setResuming(call.ws, key, id, saving.session);
      return [id];
    },
  });
}

/**
 * Nobody enters any more. Whoever drains may still be ended by asking again. Above the limit of people whom that ends it waits for a second
 * key. Throws 404 and 409.
 */
export async function archive(call: KeyCall, key: string, input: z.output<typeof ArchiveInput>): Promise<Changed> {
  const { inFlight, perSecond } = input;
  const before = await readJourney(call, key);
  const affected = inFlight === 'exit' ? await insideOf(call, key) : 0;
  const asked = await demandApproval(call, before, { change: 'archive', input, affected });
  if (asked) return waiting(asked);
  const { journeys } = call.deps.store;
  const then = async (saving: Saving): Promise<string[]> => {
    // What else was asked for, such as a publication, is not to bring it back.
    await journeys.setAsked(call.ws, key, undefined, saving.session);
    if (inFlight === 'drain') return [];
    // Whoever enters what is published afterwards is none of those.
    const { publishedVersion: upTo } = await readJourney(call, key, saving.session);
    const task: RunTask = { do: 'exit', reason: 'archived', ...(upTo !== undefined && { upTo }) };
    return [await beginRuns(call, saving, { journey: key, task, perSecond })];
  };
  const again = async (saving: Saving): Promise<string[]> => (affected > 0 ? then(saving) : []);
  return changeStatus(call, key, { from: ['draft', 'published', 'paused'], to: 'archived', then, again });
}

const waiting = (journey: JourneyDoc): Changed => ({ journey, operations: [], isAsked: true });

/** People inside, of all versions or of one. */
async function insideOf({ deps, ws }: KeyCall, key: string, only?: number): Promise<number> {
  const standing = await deps.store.enrollments.standing(ws, key);
  return standing
    .filter(({ version }) => only === undefined || version === only)
    .reduce((sum, { count }) => sum + count, 0);
}

/** The resumption that was asked for is done; another change that waits goes on waiting. */
async function forgetAsked({ deps, ws }: KeyCall, { key, asked }: JourneyDoc, { session }: Saving): Promise<void> {
  if (asked?.change === 'resume') await deps.store.journeys.setAsked(ws, key, undefined, session);
}

/** Has another share of people enter the newest version; with 100 percent all of them. Throws 404 and 409. */
export function setCanary(call: KeyCall, key: string, { percent }: z.output<typeof CanaryInput>): Promise<Changed> {
  return saveEntries(call, key, async (journey) => {
    if (journey.canaryPercent === undefined)
      throw conflict('No version is being tried: everybody enters the newest; publish the next one with a canary.');
    return { percent: percent === 100 ? undefined : percent, tasks: [] };
  });
}

/** Nobody enters the newest version any more, but the one before it. Above the limit of people whom that ends it waits for a second key. Throws 404 and 409. */
export async function rollBack(call: KeyCall, key: string, input: z.output<typeof RollbackInput>): Promise<Changed> {
  const journey = await readJourney(call, key);
  const { publishedVersion: only, former } = journey;
  if (only === undefined || former === undefined) throw conflict('There is no former version to go back to.');
  const affected = input.inFlight === 'exit' ? await insideOf(call, key, only) : 0;
  const asked = await demandApproval(call, journey, { change: 'rollback', input, affected });
  if (asked) return waiting(asked);
  const task: RunTask = { do: 'exit', reason: 'rolled-back', only };
  const tasks = input.inFlight === 'exit' ? [{ task, perSecond: input.perSecond }] : [];
  return saveEntries(call, key, async ({ publishedVersion }) => {
    if (publishedVersion !== only) throw conflict('Somebody else has published just now; read it again.');
    return { percent: 0, tasks };
  });
}

interface EntriesChange {
  readonly percent: number | undefined;
  readonly tasks: readonly { readonly task: RunTask; readonly perSecond: number }[];
}

function saveEntries(
  call: KeyCall,
  key: string,
  decide: (journey: JourneyDoc) => Promise<EntriesChange>,
): Promise<Changed> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async (saving) => {
    const { session, raiseRuleset } = saving;
    const before = await readJourney(call, key, session);
    const { percent, tasks } = await decide(before);
    if (!(await deps.store.journeys.setCanary(ws, before, { percent, now }, session)))
      throw conflict('Somebody else has published it just now; read it again.');
    await raiseRuleset();
    await oweSchedule(call, saving, key);
    const operations: string[] = [];
    for (const one of tasks) operations.push(await beginRuns(call, saving, { journey: key, ...one }));
    return { journey: await readJourney(call, key, session), operations };
  });
}

/** Carries out what another key has asked for, as things are by now. Throws 403 for the same key, 404, 409, and as what was asked for. */
export async function approve(call: KeyCall, key: string): Promise<Changed> {
  const { asked } = await readJourney(call, key);
  if (!asked)
    throw conflict('Nothing waits for approval; a saved draft or another change has taken its place, or it is done.');
  if (asked.by === call.principal.keyId)
    throw forbidden('The key that asked for it cannot approve it; have somebody with another key do so.');
  const approved = approving(call, asked);
  const input: unknown = JSON.parse(asked.inputJson);
  switch (asked.change) {
    case 'publish':
      return publish(approved, key, PublishInput.parse(input));
    case 'enrol-existing':
      return enrolExisting(approved, key, EnrolExistingInput.parse(input));
    case 'rollback':
      return rollBack(approved, key, RollbackInput.parse(input));
    case 'archive':
      return archive(approved, key, ArchiveInput.parse(input));
    case 'resume':
      return resume(approved, key, ResumeInput.parse(input));
  }
}
