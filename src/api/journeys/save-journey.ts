import type { JourneyStatus } from '../../domain/journeys/compiled-journey';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import type { JourneyDoc } from '../../store/journeys';
import { checkPreconditions } from '../etag';
import { conflict, faultsOf, invalidDefinition, notFound } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition, type Saving } from '../save-definition';
import { lintDraft } from './lint-draft';
import { draftOf } from './presenter';

/** Saves the draft; what is published goes on. Throws 412. */
export async function saveDraft(call: KeyCall, definition: JourneyDefinition): Promise<JourneyDoc> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async ({ session }) => {
    const before = await deps.store.journeys.byKey(ws, definition.key, session);
    checkPreconditions(call, before?.rev);
    await deps.store.journeys.saveDraft(ws, definition, now, session);
    return read(call, definition.key, { session });
  });
}

/** Forgets the draft, and a journey that was never published. Throws 404, 409 and 412. */
export async function discardDraft(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async ({ session }) => {
    const before = await read(call, key, { session });
    checkPreconditions(call, before.rev);
    if (before.draftJson === undefined) throw conflict('The journey has no draft; archive it to end it.');
    await deps.store.journeys.discardDraft(ws, key, now, session);
  });
}

/** Makes the draft the version that people enter; those inside finish theirs. Throws 400 with the linter's errors, 404, 409 and 412. */
export async function publish(call: KeyCall, key: string): Promise<JourneyDoc> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await read(call, key, { session });
    checkPreconditions(call, before.rev);
    const definition = draftOf(before);
    if (!definition) throw conflict('There is no draft to publish; save one first.');
    await refuseErrors(call, definition);
    const version = { now, ruleset: await raiseRuleset() };
    if ((await deps.store.journeys.publish(ws, before, definition, version, session)) === undefined)
      throw conflict('Somebody else has published it just now; read it again.');
    return read(call, key, { session });
  });
}

/** Pauses, resumes or archives. Throws 404 and 409. */
export async function changeStatus(
  call: KeyCall,
  key: string,
  { from, to }: { readonly from: readonly JourneyStatus[]; readonly to: JourneyStatus },
): Promise<JourneyDoc> {
  const { deps, ws, now } = call;
  return saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await read(call, key, { session });
    if (before.status === to) return before;
    if (!(await deps.store.journeys.setStatus(ws, key, { from, to, now }, session)))
      throw conflict(`A journey that is ${before.status} cannot become ${to}.`);
    await raiseRuleset();
    return read(call, key, { session });
  });
}

async function refuseErrors({ deps, ws }: KeyCall, definition: JourneyDefinition): Promise<void> {
  const findings = await lintDraft(deps.store, ws, definition);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw invalidDefinition(faultsOf(errors));
}

async function read({ deps, ws }: KeyCall, key: string, { session }: Pick<Saving, 'session'>): Promise<JourneyDoc> {
  const found = await deps.store.journeys.byKey(ws, key, session);
  if (!found) throw notFound(`journey "${key}"`);
  return found;
}
