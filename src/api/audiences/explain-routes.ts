import { z } from 'zod';
import type { ExplainedPart, Explanation } from '../../domain/audiences/explain-rule';
import { asksForGroups, planPreview } from '../../domain/audiences/plan-preview';
import type { GroupsOf } from '../../domain/audiences/profile-view';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { presentGroups, groupName } from '../../domain/groups/group';
import { groupViews } from '../../domain/groups/group-view';
import { own, type Json, type JsonObject } from '../../domain/json';
import { partsOf } from '../../domain/path';
import { idsOf } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import type { AudienceDoc } from '../../store/documents';
import { demandScope } from '../authenticate';
import { AnyJson, AnyObject } from '../json-schema';
import { Instant, InstantInput, presentInstant } from '../instant';
import { maskUnder } from '../personal-data';
import { invalidRequest, notFound } from '../problem';
import { findProfile, ProfileRef } from '../profiles/find-profile';
import { sightOf } from '../profiles/presenter';
import { defineRoute, type KeyCall, type Route } from '../route';
import { ruleOf } from './presenter';

export const ExplainedPartBody = z.strictObject({
  pointer: z.string().meta({ description: 'Where in the rule, as a JSON pointer; empty for the whole' }),
  kind: z.string().meta({ description: '`all`, `any`, `not`, or the kind of the condition' }),
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
      const saved = await deps.store.audiences.list(ws);
      const audience = saved.find(({ key }) => key === call.params.key);
      if (!audience) throw notFound(`audience "${call.params.key}"`);
      demandScope(call.principal, 'profiles:read');
      const profile = await findProfile(deps.store, ws, call.query.profile);
      const { at = now } = call.query;
      const found = await explain(call, { audience, saved, profile, at });
      const { parts = [], nearest = [], matches = false } = found ?? {};
      const body = {
        ...{ audience: audience.key, version: audience.version, profile: profile.id, at: presentInstant(at) },
        ...(at >= now && { isMember: own(profile.memberships, audience.key) !== undefined }),
        ...(!found && { isUnknown: true as const }),
        ...{ matches, nearest: [...nearest], parts: parts.map((part) => presentPart(call, part)) },
      };
      return { status: 200, body };
    },
  }),
];

interface Question {
  readonly audience: AudienceDoc;
  readonly saved: readonly AudienceDoc[];
  readonly profile: Profile;
  readonly at: number;
}

async function explain(call: KeyCall, { audience, saved, profile, at }: Question): Promise<Explanation | undefined> {
  const { deps, ws, now } = call;
  const audiences = new Map(saved.map((one) => [one.key, ruleOf(one)]));
  const { traits = {} } = (await deps.store.workspaces.find(ws))?.identity ?? {};
  const question = { rule: ruleOf(audience), audiences, at, isPast: at < now, traits };
  const hasGroups = asksForGroups(question);
  if (hasGroups && at < now) throw invalidRequest(groupsOfThePast);
  const plan = planPreview(question);
  const groups = hasGroups ? await groupsOf(call, profile) : undefined;
  return plan.explain(profile, await eventsOf(call, profile, plan.names), groups);
}

const groupsOfThePast =
  'A rule on households or accounts can be explained as of now only: what was in a group at a past instant is not kept.';

async function eventsOf({ deps, ws }: KeyCall, profile: Profile, names: readonly string[] | undefined) {
  if (names?.length === 0) return [];
  const ids = idsOf(profile);
  const events = await deps.store.events.history(ws, ids, names);
  // The absorbed first: of two statements at the same instant the survivor's counts.
  return ids.toReversed().flatMap((id) => events.filter((event) => event.profile === id));
}

async function groupsOf({ deps, ws }: KeyCall, { groups }: Profile): Promise<GroupsOf> {
  const found = new Map((await deps.store.groups.read(ws, presentGroups(groups))).map((one) => [groupName(one), one]));
  const ruleset = await deps.rulesets.current(ws);
  return groupViews(groups, (ref) => found.get(groupName(ref)), ruleset.groups);
}

function presentPart(call: KeyCall, part: ExplainedPart) {
  const { condition, actual, flipsAt, steadyUntil, ...answer } = part;
  return {
    ...answer,
    ...(condition && { condition: condition as unknown as JsonObject }),
    ...(actual !== undefined && { actual: sightOf(call).seesPersonalData ? actual : masked(part, actual) }),
    ...(flipsAt !== undefined && { flipsAt: presentInstant(flipsAt) }),
    ...(steadyUntil !== undefined && { steadyUntil: presentInstant(steadyUntil) }),
  };
}

/** As the profile shows its traits to whoever may not see personal data; what else there is are numbers and words of ours. */
function masked({ condition }: ExplainedPart, actual: Json): Json {
  if (condition === undefined || !('trait' in condition)) return actual;
  return maskUnder(
    partsOf(condition.trait).filter((part) => typeof part === 'string'),
    actual,
  );
}
