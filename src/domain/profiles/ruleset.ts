import { dueOf } from '../audiences/due';
import type { AttachmentUse } from '../audiences/attachment';
import { hasFrom } from '../audiences/bind-paths';
import { compileRule, leavesOf, type CompiledRule, type KeyedCondition } from '../audiences/compile-rule';
import type { CompiledAudience } from '../audiences/evaluate-memberships';
import { behaviourOf, eventNamesOf, type BehaviourCondition } from '../audiences/behaviour/behaviour';
import type { ComputedValue } from '../audiences/computed/computed-value.schema';
import { remembered } from '../audiences/computed/remembered';
import type { Rule } from '../audiences/rule.schema';
import type { Purposes } from '../consent/purpose';
import { groupQuestions, type GroupQuestions } from '../groups/facets';
import type { GroupRules } from '../groups/group-rules';
import type { IdentityRules } from '../identity/identity-rules';
import type { CompiledJourney } from '../journeys/compiled-journey';
import { enteredVersions, newestOf } from '../journeys/entered-version';
import { traitsWaitedBy } from '../journeys/references-of';
import { onceForEach } from '../once-for-each';
import { zoneTrait } from '../zone';

/** An audience kept in step with a destination, as far as the fold needs to know. */
export interface Attachment {
  readonly audience: string;
  readonly destination: string;
  readonly identifiers: readonly string[];
  readonly use: AttachmentUse;
  /** Its own, else that of the destination. */
  readonly purpose?: string;
  /** By what the destination reaches people. */
  readonly channel?: string;
  /** Profiles last written under older rules have not seen it. */
  readonly sinceRuleset: number;
}

/** What one workspace has defined. `audiences` in dependency order; `journeys` every published version. */
export interface Definitions {
  readonly version: number;
  readonly audiences: readonly CompiledAudience[];
  /** Audiences by the rules that are being prepared, and those that refer to them; see `preparedAudiences`. */
  readonly prepared?: readonly CompiledAudience[];
  /** The version under which every profile had been evaluated by prepared rules when these last began to serve, by the next one. */
  readonly switchedFrom?: number | undefined;
  /** The ruleset version since which an audience means what it means; `buildRuleset` adds what it refers to. */
  readonly audienceSince: ReadonlyMap<string, number>;
  /** Those of which whoever said so asked that whom their definition moves begins journeys. */
  readonly startingJourneys?: ReadonlySet<string>;
  /** Of the audiences that have a holdout, how many percent. */
  readonly holdouts: ReadonlyMap<string, number>;
  readonly journeys: readonly CompiledJourney[];
  /** The same by what is being prepared: what they then count of the members of groups is counted already. */
  readonly journeysAfterEdits?: readonly CompiledJourney[];
  readonly attachments: readonly Attachment[];
  readonly purposes: Purposes;
  readonly identity: IdentityRules;
  readonly groups: GroupRules;
  /** Values that are told of people, beside those that rules compare; none, when absent. Rules have them in their place already. */
  readonly computed?: readonly ComputedValue[];
}

/** The definitions with the indexes that folding needs. */
export interface Ruleset extends Definitions {
  /** The newest version of each journey: the one people enter, or some of them; see `enteredVersion`. */
  readonly enterable: readonly CompiledJourney[];
  /** By `journeyVersionKey`: people finish the version they entered. */
  readonly journeyVersions: ReadonlyMap<string, CompiledJourney>;
  /** Conditions whose behaviour state profiles carry, by key. */
  readonly conditions: ReadonlyMap<string, BehaviourCondition>;
  /** The same by event name, `*` for any: what one event can touch. */
  readonly conditionsByEvent: ReadonlyMap<string, readonly KeyedCondition[]>;
  /** What audiences and journeys ask of groups. */
  readonly asked: GroupQuestions;
  /** Hidden audiences of those whose date has come. */
  readonly dated: ReadonlySet<string>;
  /** Lists that audiences hold their members by. */
  readonly lists: ReadonlySet<string>;
  /** Traits by which a run may wait for another instant than before. */
  readonly waitedTraits: ReadonlySet<string>;
  /** Event names that some rule asks for; `undefined` when one asks for any. */
  readonly eventNames: readonly string[] | undefined;
}

/** Names one version of a journey in a map. */
export const journeyVersionKey = (journey: string, version: number): string => `${journey}@${version}`;

const none: readonly KeyedCondition[] = [];

/** Conditions that an event of this name may change. */
export function conditionsFor(ruleset: Ruleset, eventName: string): readonly KeyedCondition[] {
  const named = ruleset.conditionsByEvent.get(eventName) ?? none;
  const any = ruleset.conditionsByEvent.get('*') ?? none;
  return any.length === 0 ? named : [...named, ...any];
}

export function buildRuleset(definitions: Definitions): Ruleset {
  const { audiences, prepared = [], journeys, journeysAfterEdits = [] } = definitions;
  const enterable = [...newestOf(journeys).values()];
  const entryRules = enteredVersions(journeys).flatMap(entryRuleOf);
  // Members are counted by what their profiles hold, also for the branches of journeys.
  const asked = groupQuestions([
    ...[...audiences, ...prepared].map(({ rule }) => rule.source),
    ...[...enteredVersions(journeys), ...enteredVersions(journeysAfterEdits)].flatMap(entryRuleOf),
    ...[...journeys, ...journeysAfterEdits].flatMap(branchRulesOf),
  ]);
  const counted = asked.facets.flatMap(({ rule }) => rule.conditions);
  const kept = entryRules.filter((rule) => !hasFrom(rule)).flatMap((rule) => compiled(rule).conditions);
  const told = (definitions.computed ?? []).map(remembered);
  const ofAudiences = [...audiences, ...prepared].flatMap(({ rule }) => rule.conditions);
  const keyed = [...ofAudiences, ...kept, ...counted, ...told];
  const conditions = new Map(keyed.map(({ key, condition }) => [key, condition]));
  const conditionsByEvent = new Map<string, KeyedCondition[]>();
  for (const [key, condition] of conditions)
    for (const name of eventNamesOf(condition))
      conditionsByEvent.set(name, [...(conditionsByEvent.get(name) ?? []), { key, condition }]);
  const names = new Set([...conditionsByEvent.keys(), ...entryRules.flatMap(namesAskedBy)]);
  const audienceSince = withReferences(definitions);
  return {
    ...definitions,
    audienceSince,
    startingJourneys: whereNewest(definitions),
    enterable,
    journeyVersions: new Map(journeys.map((journey) => [journeyVersionKey(journey.key, journey.version), journey])),
    conditions,
    conditionsByEvent,
    asked,
    waitedTraits: new Set([zoneTrait, ...journeys.flatMap(({ definition }) => traitsWaitedBy(definition))]),
    dated: new Set(audiences.filter(({ rule }) => dueOf(rule.source)).map(({ key }) => key)),
    lists: new Set(audiences.flatMap(({ rule }) => rule.dependsOn.lists)),
    eventNames: names.has('*') ? undefined : [...names],
  };
}

/** An audience means something else when one that it refers to does. */
function withReferences({ audiences, audienceSince }: Definitions): ReadonlyMap<string, number> {
  const since = new Map(audienceSince);
  for (const { key, rule } of audiences) {
    const own = since.get(key);
    const referred = rule.dependsOn.audiences.flatMap((name) => since.get(name) ?? []);
    if (own !== undefined) since.set(key, Math.max(own, ...referred));
  }
  return since;
}

/** Not where one that it refers to, however far, counts since then too or later, and nobody asked for that: nobody asked for what that moves. */
function whereNewest({ audiences, startingJourneys = new Set(), audienceSince }: Definitions): ReadonlySet<string> {
  const referred = new Map(audiences.map(({ key, rule }) => [key, rule.dependsOn.audiences]));
  const isUnasked = (key: string, from: number, seen: Set<string>): boolean =>
    (referred.get(key) ?? []).some((name) => {
      if (seen.has(name)) return false;
      seen.add(name);
      const isNew = (audienceSince.get(name) ?? 0) >= from && !startingJourneys.has(name);
      return isNew || isUnasked(name, from, seen);
    });
  return new Set([...startingJourneys].filter((key) => !isUnasked(key, audienceSince.get(key) ?? 0, new Set())));
}

/** Rules are compiled once per object; a rule with bound paths is a new object, and forgotten with it. */
export const compiled: (rule: Rule) => CompiledRule = onceForEach(compileRule);

const entryRuleOf = ({ definition }: CompiledJourney): Rule[] => (definition.entry.if ? [definition.entry.if] : []);

const branchRulesOf = ({ definition }: CompiledJourney): Rule[] =>
  Object.values(definition.steps).flatMap((step) => (step.type === 'branch' ? step.cases.map((one) => one.if) : []));

const namesAskedBy = (rule: Rule): string[] =>
  leavesOf(rule).flatMap((condition) => {
    const asked = behaviourOf(condition);
    return asked ? eventNamesOf(asked) : [];
  });
