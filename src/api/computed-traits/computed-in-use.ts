import type { ClientSession } from 'mongodb';
import { Mapping } from '../../destinations/mapping.schema';
import { computedKeysRead } from '../../destinations/traits-read';
import { checkRule } from '../../domain/audiences/check-rule';
import { leavesOf } from '../../domain/audiences/compile-rule';
import type { ComputedValue } from '../../domain/audiences/computed/computed-value.schema';
import { measureOf } from '../../domain/audiences/computed/measure';
import { computedKeyOf } from '../../domain/audiences/computed/resolve-computed';
import { computedKeysIn } from '../../domain/audiences/variables';
import { journeysThat, referencesOf, rulesOf } from '../../domain/journeys/references-of';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import type { Rule } from '../../domain/audiences/rule.schema';
import type { AudienceDoc } from '../../store/documents';
import { nextRuleOf, presentVariables, ruleOf } from '../audiences/presenter';
import { conflict } from '../problem';
import type { KeyCall } from '../route';

/** Audiences whose rules, or variables, read it. */
export async function audiencesReading({ deps, ws }: KeyCall, key: string, session: ClientSession): Promise<string[]> {
  const audiences = await deps.store.audiences.list(ws, session);
  return audiences.filter((audience) => reads(audience, key)).map((audience) => audience.key);
}

/** Throws 409 while audiences or journeys that are published or paused read it. */
export async function refuseWhileRead(call: KeyCall, key: string, session: ClientSession): Promise<void> {
  const audiences = await audiencesReading(call, key, session);
  if (audiences.length > 0) throw conflict(`Audiences read it: ${audiences.join(', ')}; change them first.`);
  const journeys = await journeysReading(call, (definition) => journeyReads(definition, key));
  if (journeys.length > 0)
    throw conflict(`Journeys read it: ${journeys.join(', ')}; publish them without it, or archive them, first.`);
}

interface Change {
  readonly key: string;
  readonly value: ComputedValue;
  readonly before: ComputedValue;
}

/** Throws 409 where it is to be of another type, and something compares it as what it is now. */
export async function refuseOtherType(call: KeyCall, change: Change, session: ClientSession): Promise<void> {
  const { key, value, before } = change;
  const { type } = measureOf(value);
  if (measureOf(before).type === type) return;
  const computed = new Map([[key, type]]);
  const isWrong = (rule: Rule): boolean =>
    leavesOf(rule)
      .filter((leaf) => computedKeyOf(leaf) === key)
      .some((leaf) => checkRule(leaf as Rule, { hasPaths: true, computed }).length > 0);
  const audiences = (await call.deps.store.audiences.list(call.ws, session)).filter((one) =>
    [ruleOf(one), nextRuleOf(one)].some(isWrong),
  );
  const journeys = await journeysReading(call, (definition) => rulesOf(definition).some(isWrong));
  const names = [...audiences.map((one) => one.key), ...journeys];
  if (names.length === 0) return;
  throw conflict(
    `It would be another type (${type}), which these compare as what it is now: ${names.join(', ')}. Change them first, or define another trait.`,
  );
}

async function journeysReading(
  { deps, ws }: KeyCall,
  isIt: (definition: JourneyDefinition) => boolean,
): Promise<readonly string[]> {
  return journeysThat(await deps.store.journeys.compiledVersions(ws), isIt);
}

function journeyReads(definition: JourneyDefinition, key: string): boolean {
  if (referencesOf(definition).computed.has(key)) return true;
  return Object.values(definition.steps).some((step) => {
    const mapping = step.type === 'send' ? Mapping.safeParse(step.mapping ?? {}) : undefined;
    return mapping?.success === true && computedKeysRead(mapping.data).includes(key);
  });
}

/** By what serves, or by what is being prepared. */
const reads = (audience: AudienceDoc, key: string): boolean =>
  [ruleOf(audience), nextRuleOf(audience)].flatMap(leavesOf).some((leaf) => computedKeyOf(leaf) === key) ||
  [audience, audience.next ?? audience].some((said) =>
    computedKeysIn(presentVariables(said).variables ?? {}).includes(key),
  );
