import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { planPublish, type PublishPlan } from '../../domain/journeys/plan-publish';
import type { JourneyDoc } from '../../store/journeys';
import { checkPreconditions } from '../etag';
import { conflict, faultsOf, invalidDefinition, invalidRequest } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition, type Saving } from '../save-definition';
import { demandApproval } from './approval';
import { beginEnrolling, beginRuns, oweSchedule } from './begin-work';
import { entryAudience } from './enrol-existing';
import { lintDraft } from './lint-draft';
import { draftOf } from './presenter';
import type { PublishInput } from './publish-input';
import { readJourney } from './find-journey';

/** A journey after a change, and the operations that carry out what follows. */
export interface Changed {
  readonly journey: JourneyDoc;
  readonly operations: readonly string[];
  /** It waits for the approval of another key. */
  readonly isAsked?: true;
}

export interface Preview extends PublishPlan {
  /** Members of the entry audience who would be asked in. */
  readonly enrolled: number;
  /** All of those together. */
  readonly affected: number;
}

/** Whom a publication of the draft would reach. Throws 404, and 409 without a draft. */
export async function previewPublish(call: KeyCall, key: string, input: PublishInput): Promise<Preview> {
  const journey = await readJourney(call, key);
  return previewOf(call, journey, demandDraft(journey), input);
}

async function previewOf(
  { deps: { store }, ws }: KeyCall,
  { key }: JourneyDoc,
  draft: JourneyDefinition,
  input: PublishInput,
): Promise<Preview> {
  const standing = await store.enrollments.standing(ws, key);
  const numbers = [...new Set(standing.map(({ version }) => version))];
  const versions = await Promise.all(numbers.map((version) => store.journeys.compiled(ws, key, version)));
  const plan = planPublish(
    versions.flatMap((version) => version ?? []),
    standing,
    draft,
    input,
  );
  const audience = input.enrollExisting ? demandAudience(draft) : undefined;
  const enrolled = audience === undefined ? 0 : await store.memberships.size(ws, audience);
  return { ...plan, enrolled, affected: plan.moved + enrolled };
}

/**
 * Makes the draft the version that people enter, or some of them. Above the limit of people whom that moves, ends or enrols it is noted, and waits for a
 * second key. Throws 400 with the linter's errors or what is wrong with the step map, 404, 409 and 412.
 */
export async function publish(call: KeyCall, key: string, input: PublishInput): Promise<Changed> {
  const journey = await readJourney(call, key);
  checkPreconditions(call, journey.rev);
  const draft = demandDraft(journey);
  refuseCanary(journey, input);
  await refuseErrors(call, draft);
  const preview = await previewOf(call, journey, draft, input);
  refuseFaults(preview, input);
  const asked = await demandApproval(call, journey, { change: 'publish', input, affected: preview.affected });
  return asked ? { journey: asked, operations: [], isAsked: true } : carryOutPublish(call, key, input, draft);
}

/** `draft` is the one that was looked at: another one saved meanwhile is not published. */
async function carryOutPublish(
  call: KeyCall,
  key: string,
  input: PublishInput,
  draft: JourneyDefinition,
): Promise<Changed> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async (saving) => {
    const { session, raiseRuleset } = saving;
    const before = await readJourney(call, key, session);
    if (JSON.stringify(draftOf(before)) !== JSON.stringify(draft))
      throw conflict('The draft was changed just now; look at it again.');
    const at = { now, ruleset: await raiseRuleset(), canaryPercent: input.canary?.percent };
    const version = await deps.store.journeys.publish(ws, before, draft, at, session);
    if (version === undefined) throw conflict('Somebody else has published it just now; read it again.');
    if ('schedule' in draft.entry.on) await saving.owe([{ kind: 'journey-schedule', journey: key }]);
    else await oweSchedule(call, saving, key);
    const operations = await followUp(call, saving, input, { key, version, draft });
    return { journey: await readJourney(call, key, session), operations };
  });
}

async function followUp(
  call: KeyCall,
  saving: Saving,
  { inFlight, stepMap = {}, enrollExisting, perSecond }: PublishInput,
  {
    key: journey,
    version,
    draft,
  }: { readonly key: string; readonly version: number; readonly draft: JourneyDefinition },
): Promise<string[]> {
  const operations: string[] = [];
  if (version > 1 && inFlight === 'migrate')
    operations.push(
      await beginRuns(call, saving, { journey, perSecond, task: { do: 'migrate', to: version, stepMap } }),
    );
  if (version > 1 && inFlight === 'exit') {
    const task = { do: 'exit', reason: 'superseded', upTo: version - 1 } as const;
    operations.push(await beginRuns(call, saving, { journey, perSecond, task }));
  }
  const audience = enrollExisting ? entryAudience(draft) : undefined;
  if (audience !== undefined) operations.push(await beginEnrolling(call, saving, { journey, audience, perSecond }));
  return operations;
}

function demandDraft(journey: JourneyDoc): JourneyDefinition {
  const draft = draftOf(journey);
  if (!draft) throw conflict('There is no draft to publish; save one first.');
  return draft;
}

async function refuseErrors({ deps, ws, now }: KeyCall, definition: JourneyDefinition): Promise<void> {
  const findings = await lintDraft(deps.store, ws, definition, now);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw invalidDefinition(faultsOf(errors));
}

function refuseCanary({ publishedVersion }: JourneyDoc, { canary, inFlight }: PublishInput): void {
  if (!canary) return;
  if (publishedVersion === undefined)
    throw conflict('A first version has no former one for the others to enter; publish it without a canary.');
  if (inFlight === 'finish') return;
  const message =
    'While a version is tried, those inside the former finish it; move or end them when the trial is over.';
  throw invalidRequest(message, [{ in: 'body', pointer: '/inFlight', message }]);
}

function demandAudience(draft: JourneyDefinition): string {
  const audience = entryAudience(draft);
  if (audience !== undefined) return audience;
  const message =
    'The entry is no audience that people enter; publish it, then enrol the members of one that you name.';
  throw invalidRequest(message, [{ in: 'body', pointer: '/enrollExisting', message }]);
}

function refuseFaults({ faults, affected }: Preview, { expect }: PublishInput): void {
  if (faults.length > 0) {
    const message = faults.map((fault) => fault.message).join(' ');
    throw invalidRequest(
      message,
      faults.map((fault) => ({ in: 'body', ...fault })),
    );
  }
  if (expect && affected > expect.affected)
    throw conflict(
      `It would affect ${affected} by now, and not ${expect.affected} at most; look at the preview again.`,
    );
}
