import { z } from 'zod';
import type { ExplainedPart, Explanation } from '../../domain/audiences/explain-rule';
import { propertyTold } from '../../domain/audiences/computed/computed-value.schema';
import type { Condition } from '../../domain/audiences/rule.schema';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { omit, own, type Json, type JsonObject } from '../../domain/json';
import { partsOf } from '../../domain/path';
import type { Profile } from '../../domain/profiles/profile';
import { readGroupFacts } from '../../folding/read-group-facts';
import { servingVersionOf } from '../../store/audiences';
import type { AudienceDoc } from '../../store/documents';
import { demandScope } from '../authenticate';
import { AnyJson, AnyObject } from '../json-schema';
import { Instant, InstantInput, presentInstant } from '../instant';
import { maskUnder } from '../personal-data';
import { invalidRequest } from '../problem';
import { findProfile, ProfileRef } from '../profiles/find-profile';
import { sightOf } from '../profiles/presenter';
import { defineRoute, type KeyCall, type Route } from '../route';
import { planFor, readEvents, refuseListsOfThePast } from './preview';
import { ruleOf } from './presenter';
import { audiences } from './routes';

export const ExplainedPartBody = z.strictObject({
  pointer: z.string().meta({ description: 'Where in the rule, as a JSON pointer; empty for the whole' }),
  kind: z
    .string()
    .meta({ description: '`all`, `any`, `not`, the kind of the condition, or `manual` of people put in by hand' }),
  matches: z.boolean(),
  condition: AnyObject.optional().meta({ description: 'What is asked; absent for `all`, `any` and `not`' }),
  actual: AnyJson.optional().meta({
    description: 'What was found of what the condition asks for; absent where there was nothing',
  }),
  flipsAt: Instant.optional().meta({ description: 'From when on time alone makes the answer another' }),
  steadyUntil: Instant.optional().meta({ description: 'It stays as it is at least until then; no further was looked' }),
});
export const ExplanationBody = z.strictObject({
  audience: z.string(),
  version: z.int(),
  profile: z.string(),
  at: Instant,
  /** Whether the audience holds them now; absent of the past. */
  isMember: z.boolean().optional(),
  holdout: z
    .strictObject({ heldOut: z.boolean(), since: Instant, contaminated: z.literal(true).optional() })
    .optional()
    .meta({
      description:
        'On which side of the holdout they are, since they could first be sent; absent of the past, and without a holdout. Contaminated: two profiles of different sides became one',
    }),
  /** Whether the rule holds, by the stored events. */
  matches: z.boolean(),
  /** Nobody knew of them yet at that instant. */
  isUnknown: z.literal(true).optional(),
  parts: z.array(ExplainedPartBody),
  /** The fewest conditions that turn the whole if they turn out otherwise, by their pointers. */
  nearest: z.array(z.string()),
});

export const explainRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/explain',
    scope: 'audiences:read',
    summary: 'Why somebody is in the audience or not, now or at a past instant; needs the scope profiles:read too',
    params: z.strictObject({ key: DefinitionKey }),
    query: z.strictObject({ profile: ProfileRef, at: InstantInput.optional() }),
    responses: { 200: ExplanationBody },
    handle: async (call) => {
      const { deps, ws, now } = call;
      const audience = await audiences.find(call);
      demandScope(call.principal, 'profiles:read');
      const profile = await findProfile(deps.store, ws, call.query.profile);
      const { at = now } = call.query;
      const found = await explain(call, { audience, profile, at });
      const { parts = [], nearest = [], matches = false } = found ?? {};
      const body = {
        ...{ audience: audience.key, version: servingVersionOf(audience), profile: profile.id, at: presentInstant(at) },
        ...(at >= now && { ...presentNow(audience, profile) }),
        ...(!found && { isUnknown: true as const }),
        ...{ matches, nearest: [...nearest], parts: parts.map((part) => presentPart(call, part)) },
      };
      return { status: 200, body };
    },
  }),
];

function presentNow({ key, holdout }: AudienceDoc, { memberships, holdouts = {} }: Profile) {
  const arm = holdout && own(holdouts, key);
  const contaminated = arm?.isContaminated && { contaminated: true as const };
  return {
    isMember: own(memberships, key) !== undefined,
    ...(arm && { holdout: { heldOut: arm.isHeldOut, since: presentInstant(arm.at), ...contaminated } }),
  };
}

interface Question {
  readonly audience: AudienceDoc;
  readonly profile: Profile;
  readonly at: number;
}

async function explain(call: KeyCall, { audience, profile, at }: Question): Promise<Explanation | undefined> {
  const { deps, ws, now } = call;
  const { store } = deps;
  const plan = await planFor(call, await store.audiences.list(ws), { rule: ruleOf(audience), at });
  if (plan.asksForGroups && at < now) throw invalidRequest(groupsOfThePast);
  refuseListsOfThePast(call, plan, at);
  const eventsOf = await readEvents(store, ws, [profile], plan.names);
  const { groups } = await readGroupFacts(store, ws, profile, now);
  return plan.explain(profile, eventsOf(profile), groups);
}

const groupsOfThePast =
  'A rule on households or accounts can be explained as of now only: what was in a group at a past instant is not kept.';

function presentPart(call: KeyCall, part: ExplainedPart) {
  const { kind, condition, actual, flipsAt, steadyUntil, ...answer } = part;
  return {
    ...answer,
    kind: kind === 'list' ? 'manual' : kind,
    ...(condition && kind !== 'list' && { condition: asWritten(condition) as unknown as JsonObject }),
    ...(actual !== undefined && { actual: sightOf(call).seesPersonalData ? actual : masked(part, actual) }),
    ...(flipsAt !== undefined && { flipsAt: presentInstant(flipsAt) }),
    ...(steadyUntil !== undefined && { steadyUntil: presentInstant(steadyUntil) }),
  };
}

/** Of something computed the path, and not what is computed; of members their rule, and not what is counted for it. */
function asWritten(condition: Condition): Omit<Condition, 'computed'> {
  if ('group' in condition) return omit(condition, 'counted');
  if (!('computed' in condition)) return condition;
  const { at: path, is, value, ignoreCase } = condition;
  return { path, is, ...(value !== undefined && { value }), ...(ignoreCase !== undefined && { ignoreCase }) };
}

/** As profiles and events are shown to whoever may not see personal data; what else there is are counts and words of ours. */
function masked({ condition }: ExplainedPart, actual: Json): Json {
  const path = condition && pathOf(condition);
  if (path === undefined) return actual;
  return maskUnder(
    partsOf(path).filter((part) => typeof part === 'string'),
    actual,
  );
}

/** Where the value was found that a condition asks for. */
function pathOf(condition: Condition): string | undefined {
  if ('trait' in condition) return condition.trait;
  if ('computed' in condition) return propertyTold(condition.computed);
  if (!('event' in condition)) return undefined;
  const { sum, min, max, average } = condition;
  return (sum ?? min ?? max ?? average)?.property;
}
