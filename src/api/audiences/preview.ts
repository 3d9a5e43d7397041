import { compileRule, type CompiledRule } from '../../domain/audiences/compile-rule';
import { historyView } from '../../domain/audiences/history-view';
import type { Facts } from '../../domain/audiences/profile-view';
import type { Rule } from '../../domain/audiences/rule.schema';
import { toRuleEvent, type Event, type RuleEvent } from '../../domain/events/event';
import type { ProfileId, WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import { factsAt } from '../../domain/profiles/facts-at';
import type { Store } from '../../store/store';
import { idsOf } from '../profiles/find-profile';

const profilesAtATime = 200;

export interface PreviewInput {
  readonly rule: Rule;
  /** Every audience the rule may refer to, by key. */
  readonly audiences: ReadonlyMap<string, Rule>;
  /** The instant the question is asked for, epoch milliseconds. */
  readonly at: number;
  /** Whether `at` is in the past, so that facts must be recomputed from events too. */
  readonly isPast: boolean;
  readonly sampleSize: number;
}

export interface Preview {
  readonly count: number;
  readonly sample: readonly ProfileId[];
  /** Matching profiles with at least one identifier of a type. */
  readonly identifiers: Readonly<Record<string, number>>;
}

/**
 * Evaluates a rule for every profile from stored events, by the plain definition: no bounded state, no stored memberships. A
 * rule that refers to an audience evaluates that audience's rule, at the same instant.
 */
export async function previewAudience(store: Store, ws: WorkspaceId, input: PreviewInput): Promise<Preview> {
  const plan = planOf(input);
  const matching: ProfileId[] = [];
  const identifiers = new Map<string, number>();
  for await (const { profile, events } of peopleOf(store, ws, plan.names)) {
    if (!plan.matches(profile, events)) continue;
    matching.push(profile.id);
    for (const type of new Set(profile.identifiers.map((identifier) => identifier.type))) {
      identifiers.set(type, (identifiers.get(type) ?? 0) + 1);
    }
  }
  const sample = matching.slice(0, input.sampleSize);
  return { count: matching.length, sample, identifiers: Object.fromEntries(identifiers) };
}

interface Plan {
  /** Events to read; all, when absent. */
  readonly names: readonly string[] | undefined;
  matches(profile: Profile, events: readonly Event[]): boolean;
}

function planOf({ rule, audiences, at, isPast }: PreviewInput): Plan {
  const compiled = new Map([...audiences].map(([key, other]) => [key, compileRule(other)]));
  const main = compileRule(rule);
  return {
    names: eventNames(reachable(main, compiled), isPast),
    matches: (profile, events) => {
      const facts = isPast ? factsAt(profile, events, at) : profile;
      return facts !== undefined && isMatch(main, compiled, facts, events.map(toRuleEvent), at);
    },
  };
}

function isMatch(
  rule: CompiledRule,
  audiences: ReadonlyMap<string, CompiledRule>,
  facts: Facts,
  events: readonly RuleEvent[],
  at: number,
): boolean {
  const known = new Map<string, boolean>();
  const isMember = (key: string): boolean => {
    const answer = known.get(key) ?? audiences.get(key)?.evaluate(view, at).matches ?? false;
    known.set(key, answer);
    return answer;
  };
  const view = { ...historyView(facts, events), isMember };
  return rule.evaluate(view, at).matches;
}

/** The rule and every audience it rests on. */
function reachable(rule: CompiledRule, audiences: ReadonlyMap<string, CompiledRule>): Set<CompiledRule> {
  const found = new Set([rule]);
  for (const one of found) {
    for (const key of one.dependsOn.audiences) {
      const other = audiences.get(key);
      if (other) found.add(other);
    }
  }
  return found;
}

/** Consent can come with any event, traits only with `identify`. */
function eventNames(rules: ReadonlySet<CompiledRule>, isPast: boolean): string[] | undefined {
  const names = new Set<string>();
  for (const { dependsOn } of rules) {
    for (const name of dependsOn.events) names.add(name);
    if (isPast && dependsOn.consents.length > 0) return undefined;
    if (isPast && dependsOn.traits.length > 0) names.add('identify');
  }
  return names.has('*') ? undefined : [...names];
}

async function* peopleOf(
  store: Store,
  ws: WorkspaceId,
  names: readonly string[] | undefined,
): AsyncGenerator<{ readonly profile: Profile; readonly events: readonly Event[] }> {
  for (let after: ProfileId | undefined; ;) {
    const profiles = await store.profiles.page(ws, profilesAtATime, after);
    const ids = profiles.flatMap(idsOf);
    const events = names?.length === 0 ? [] : await store.events.history(ws, ids, names);
    const byId = new Map<ProfileId | undefined, Event[]>(ids.map((id) => [id, []]));
    for (const event of events) byId.get(event.profile)?.push(event);
    for (const profile of profiles) {
      // The absorbed first: of two statements at the same instant the survivor's counts.
      yield {
        profile,
        events: idsOf(profile)
          .reverse()
          .flatMap((id) => byId.get(id) ?? []),
      };
    }
    after = profiles.at(-1)?.id;
    if (profiles.length < profilesAtATime) return;
  }
}
