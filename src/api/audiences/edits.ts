import type { ClientSession } from 'mongodb';
import { AudienceOrderError, orderAudiences } from '../../domain/audiences/audience-order';
import { hasBeenReady, servingVersionOf, type AudienceContent } from '../../store/audiences';
import type { AudienceDoc } from '../../store/documents';
import { checkPreconditions } from '../etag';
import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';
import { nextRuleOf, ruleOf } from './presenter';

/** The transaction of a save. */
export interface SavingEdit {
  readonly call: KeyCall;
  readonly session: ClientSession;
  readonly raiseRuleset: () => Promise<number>;
}

/** What whoever saves asks for beside what they say. */
export interface Asked {
  /** That whom the new version moves begins journeys by that. */
  readonly startsJourneys?: true;
}

/** Whether a save is prepared while what there is serves: it has another rule, and everybody has been evaluated by the present one. */
export const isToBePrepared = (before: AudienceDoc, { ruleJson }: AudienceContent): boolean =>
  hasBeenReady(before) && before.ruleJson !== ruleJson;

/** Saves what is to be prepared, in the place of what is being prepared. Where only the rest of that is another, its rule goes on. */
export async function prepareEdit(
  { call, session, raiseRuleset }: SavingEdit,
  before: AudienceDoc,
  content: AudienceContent,
  asked: Asked,
): Promise<AudienceDoc> {
  const { deps, now, principal } = call;
  const { audiences, audienceVersions } = deps.store;
  const { next } = before;
  const goesOn = next?.ruleJson === content.ruleJson;
  const at = goesOn ? next : { startedAt: now, sinceRuleset: await raiseRuleset() };
  const { startedAt, sinceRuleset } = at;
  const saved = await audiences.prepare(before, content, { startedAt, sinceRuleset, ...asked, now }, session);
  if (next) await audienceVersions.mark(before, before.version, { endedAs: 'replaced' }, session);
  await audienceVersions.add(saved, principal.keyId, session);
  return saved;
}

/** Has what is being prepared never serve. Throws 409 where what others say by now cannot be without it. */
export async function cancelEdit(
  { call, session, raiseRuleset }: SavingEdit,
  before: AudienceDoc,
): Promise<AudienceDoc> {
  const { audiences, audienceVersions } = call.deps.store;
  const others = (await audiences.list(call.ws, session)).filter(({ key }) => key !== before.key);
  refuseCircle([
    ...others.map((one) => ({ key: one.key, rule: nextRuleOf(one) })),
    { key: before.key, rule: ruleOf(before) },
  ]);
  await audienceVersions.mark(before, before.version, { endedAs: 'cancelled' }, session);
  await raiseRuleset();
  return audiences.cancelNext(before, call.now, session);
}

/** Cancels by request. Throws 404, 412, and 409 where nothing is being prepared. */
export async function cancelEditOf(call: KeyCall<{ readonly key: string }>): Promise<AudienceDoc> {
  const { deps, ws, params } = call;
  return saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await deps.store.audiences.find(ws, params.key, session);
    if (!before) throw notFound(`audience "${params.key}"`);
    checkPreconditions(call, before.version);
    if (!before.next) throw conflict(`No edit of "${params.key}" is being prepared: what it says serves.`);
    return cancelEdit({ call, session, raiseRuleset }, before);
  });
}

/** What served until now no longer does, and what was being prepared never will. */
export async function endVersions(
  { call, session }: Pick<SavingEdit, 'call' | 'session'>,
  before: AudienceDoc,
  endedAs: 'cancelled' | 'replaced',
): Promise<void> {
  const { audienceVersions } = call.deps.store;
  if (before.next) await audienceVersions.mark(before, before.version, { endedAs }, session);
  await audienceVersions.mark(before, servingVersionOf(before), { servedUntil: call.now }, session);
}

function refuseCircle(audiences: Parameters<typeof orderAudiences>[0]): void {
  try {
    orderAudiences(audiences);
  } catch (error) {
    if (!(error instanceof AudienceOrderError)) throw error;
    throw conflict(`What is being prepared of other audiences rests on it. Cancel that first. ${error.message}`);
  }
}
