import type { ClientSession } from 'mongodb';
import { AudienceOrderError, orderAudiences } from '../../domain/audiences/audience-order';
import { checkRule } from '../../domain/audiences/check-rule';
import { leavesOf } from '../../domain/audiences/compile-rule';
import type { AudienceDefinition, Rule } from '../../domain/audiences/rule.schema';
import type { AudienceDoc } from '../../store/documents';
import { nextVersionOf } from '../../store/definitions';
import type { AudienceContent, AudienceStatement } from '../../store/audiences';
import { refuseUnknownComputed } from '../computed-traits/refuse-computed';
import { checkPreconditions } from '../etag';
import { refuseWhileInJourneys } from '../in-use';
import { conflict, faultsOf, invalidDefinition, notFound } from '../problem';
import type { KeyCall } from '../route';
import { saveDefinition } from '../save-definition';
import { cancelEdit, endVersions, isToBePrepared, prepareEdit, type Asked, type SavingEdit } from './edits';
import { nextRuleOf, ruleOf } from './presenter';
import { ruleToSave } from './rule-to-save';

/** Saves the next version of an audience; one that says the same as before changes nothing. Throws 400, 409 and 412. */
export async function saveAudience(
  call: KeyCall,
  definition: AudienceDefinition,
  { isNew = false, ...asked }: Asked & { readonly isNew?: boolean } = {},
): Promise<AudienceDoc> {
  const { deps, ws } = call;
  const { key } = definition;
  return saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const ever = await deps.store.audiences.findEver(ws, key, session);
    const before = ever?.deletedAt === undefined ? ever : undefined;
    if (isNew && before) throw conflict(`There is an audience "${key}" already; take another key.`);
    checkPreconditions(call, before?.version);
    const rule = ruleToSave(definition, { before, nextVersion: nextVersionOf(ever) });
    const content = toContent(definition, rule);
    const saving = { call, session, raiseRuleset };
    const saidBefore = before && (await sayAgain(saving, before, content, asked));
    if (saidBefore) return saidBefore;
    const isNext = before !== undefined && isToBePrepared(before, content);
    await checkReferences(call, { key, rule, isNext }, session);
    await checkJourneys(call, rule);
    await refuseUnknownComputed(call, definition, rule, session);
    return isNext ? prepareEdit(saving, before, content, asked) : saveAtOnce(saving, before, content, asked);
  });
}

/** Saves what counts from now on. */
async function saveAtOnce(
  saving: SavingEdit,
  before: AudienceDoc | undefined,
  content: AudienceContent,
  asked: Asked,
): Promise<AudienceDoc> {
  const { call, session, raiseRuleset } = saving;
  const { audiences, audienceVersions } = call.deps.store;
  // Whom the rule has yet to move was asked for, or not, with the rule, and not with another name of the audience.
  const goesOn = before?.status === 'computing' && before.ruleJson === content.ruleJson && !isSame(before, content);
  const { startsJourneys } = goesOn ? before : asked;
  const at = { sinceRuleset: await raiseRuleset(), ...(startsJourneys && { startsJourneys }), now: call.now };
  const saved = await audiences.save(call.ws, content, at, session);
  if (before) await endVersions(saving, before, 'replaced');
  await audienceVersions.add(saved, call.principal.keyId, session);
  return saved;
}

/** What was saved last, and what serves, need no other version: the first changes nothing, the second cancels what is being prepared. */
async function sayAgain(
  saving: SavingEdit,
  before: AudienceDoc,
  content: AudienceContent,
  { startsJourneys }: Asked,
): Promise<AudienceDoc | undefined> {
  const last = before.next ?? before;
  const isUnderWay = before.next !== undefined || before.status === 'computing';
  const isAsAsked = !isUnderWay || last.startsJourneys === startsJourneys;
  if (isAsAsked && isSame(last, content)) return before;
  return before.next && isSame(before, content) ? cancelEdit(saving, before) : undefined;
}

/** Deletes an audience that nothing refers to. Throws 404, 409 and 412. */
export async function deleteAudience(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
    const before = await deps.store.audiences.find(ws, key, session);
    if (!before) throw notFound(`audience "${key}"`);
    checkPreconditions(call, before.version);
    await refuseReferred(call, key, session);
    await deps.store.audiences.delete(ws, key, now, session);
    await endVersions({ call, session }, before, 'cancelled');
    await raiseRuleset();
  });
}

async function refuseReferred(call: KeyCall, key: string, session: ClientSession): Promise<void> {
  const { deps, ws } = call;
  const audiences = await deps.store.audiences.list(ws, session);
  const referring = audiences.filter((audience) => audience.key !== key && refersTo(audience, key));
  if (referring.length > 0)
    throw conflict(`Audiences refer to it: ${referring.map((one) => one.key).join(', ')}; change their rules first.`);
  const attached = await deps.store.attachments.ofAudience(ws, key, session);
  if (attached.length > 0)
    throw conflict(`It is attached to ${attached.map((one) => one.destination).join(', ')}; detach it first.`);
  await refuseWhileInJourneys(call, 'audiences', key);
}

/** Refuses a rule that refers to itself by way of others, or to nothing, as these are now or by what is being prepared of them. */
async function checkReferences(
  { deps, ws }: KeyCall,
  { isNext, ...definition }: { readonly key: string; readonly rule: Rule; readonly isNext: boolean },
  session: ClientSession,
): Promise<void> {
  const audiences = await deps.store.audiences.list(ws, session);
  for (const of of isNext ? [nextRuleOf] : [ruleOf, nextRuleOf]) refuseLostReferences(audiences, definition, of);
}

/** Throws 400 for a rule that refers to itself by way of others, or to nothing. */
export function refuseLostReferences(
  audiences: readonly AudienceDoc[],
  { key, rule }: { readonly key: string; readonly rule: Rule },
  of = ruleOf,
): void {
  const others = audiences.filter((audience) => audience.key !== key);
  try {
    orderAudiences([...others.map((audience) => ({ key: audience.key, rule: of(audience) })), { key, rule }]);
  } catch (error) {
    if (!(error instanceof AudienceOrderError)) throw error;
    throw invalidDefinition(faultsOf(error.findings.map((finding) => ({ ...finding, path: '/rule' }))));
  }
}

/** Refuses a rule that asks for the messages of a journey which is not there. */
async function checkJourneys({ deps, ws }: KeyCall, rule: Rule): Promise<void> {
  if (!leavesOf(rule).some((condition) => 'contacted' in condition && condition.contacted.journey !== undefined))
    return;
  const journeys = new Set((await deps.store.journeys.list(ws)).map(({ key }) => key));
  const findings = checkRule(rule, { hasPaths: false, journeys });
  if (findings.length > 0) throw invalidDefinition(faultsOf(findings, '/rule'));
}

function refersTo(audience: AudienceDoc, key: string): boolean {
  const leaves = [ruleOf(audience), nextRuleOf(audience)].flatMap(leavesOf);
  return leaves.some((condition) => 'audience' in condition && condition.audience === key);
}

function toContent(
  { key, name, description, labels, holdout, variables, public: isPublic }: AudienceDefinition,
  rule: Rule,
): AudienceContent {
  return {
    key,
    name,
    ...(description !== undefined && { description }),
    ...(labels !== undefined && { labels }),
    ruleJson: JSON.stringify(rule),
    ...(isPublic && { public: isPublic }),
    ...(holdout && { holdout }),
    ...(variables && { variablesJson: JSON.stringify(variables) }),
  };
}

function isSame(before: AudienceStatement, content: AudienceContent): boolean {
  const keys = ['name', 'description', 'labels', 'ruleJson', 'public', 'holdout', 'variablesJson'] as const;
  return keys.every((key) => JSON.stringify(before[key]) === JSON.stringify(content[key]));
}
