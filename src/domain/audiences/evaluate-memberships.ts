import { own, withKey, withoutKey } from '../json';
import type { Membership, Profile } from '../profiles/profile';
import { compileRule, type CompiledRule } from './compile-rule';
import { orderAudiences } from './audience-order';
import { profileView, type EdgeEvents } from './profile-view';
import type { Rule } from './rule.schema';
import { earlier } from './rule-view';

export interface CompiledAudience extends CompiledRule {
  readonly key: string;
}

/** Audiences made ready for evaluation, each after those it refers to. Throws `AudienceOrderError`. */
export function compileAudiences(
  audiences: readonly { readonly key: string; readonly rule: Rule }[],
): CompiledAudience[] {
  return orderAudiences(audiences).map(({ key, rule }) => ({ key, ...compileRule(rule) }));
}

/** What changed about a profile, in the terms of `dependsOn`. */
export interface Change {
  /** Top-level trait keys. */
  readonly traits?: Iterable<string>;
  /** Names of applied events. */
  readonly events?: Iterable<string>;
  readonly consents?: Iterable<string>;
  readonly audiences?: Iterable<string>;
  readonly identifiers?: boolean;
}

/** Whether the change can alter the rule's answer or when it must be checked next. */
export function affectedBy({ dependsOn }: Pick<CompiledRule, 'dependsOn'>, change: Change): boolean {
  const touches = (names: readonly string[], changed: Iterable<string> = []) => {
    for (const name of changed) if (names.includes(name)) return true;
    return false;
  };
  const everyEvent = dependsOn.events.includes('*') && !isEmpty(change.events ?? []);
  return (
    everyEvent ||
    (dependsOn.identifiers && change.identifiers === true) ||
    touches(dependsOn.traits, change.traits) ||
    touches(dependsOn.events, change.events) ||
    touches(dependsOn.consents, change.consents) ||
    touches(dependsOn.audiences, change.audiences)
  );
}

/** The keys of the audiences that a change affects. */
export function affectedAudiences(audiences: readonly CompiledAudience[], change: Change): Set<string> {
  return new Set(audiences.filter((audience) => affectedBy(audience, change)).map(({ key }) => key));
}

/** The profile with its memberships brought up to date, and the edges, in order of evaluation. `seq` and `rev` are the caller's. */
export interface Evaluated {
  readonly profile: Profile;
  readonly entered: readonly string[];
  readonly exited: readonly string[];
}

/**
 * Brings memberships up to date at `now`. Audiences come ordered and each is evaluated at most once, after those it refers
 * to, so that one change gives one edge. Evaluated are the `affected` ones (all, without it), those whose time to be checked
 * has come, and those that refer to one that changed; an empty set is the clock's. Throws `EdgeEventsMissing`.
 */
export function evaluateMemberships(
  profile: Profile,
  audiences: readonly CompiledAudience[],
  now: number,
  edges?: EdgeEvents,
  affected?: ReadonlySet<string>,
): Evaluated {
  const checks: Record<string, number> = {};
  const entered: string[] = [];
  const exited: string[] = [];
  const changed = new Set<string>();
  let current = profile;
  let view = profileView(profile, edges);
  for (const audience of audiences) {
    const { key } = audience;
    const known = own(profile.checks ?? {}, key);
    const isDue = affected === undefined || affected.has(key) || (known !== undefined && known <= now);
    if (!isDue && !audience.dependsOn.audiences.some((name) => changed.has(name))) {
      if (known !== undefined) checks[key] = known;
      continue;
    }
    const { matches, nextCheckAt } = audience.evaluate(view, now);
    if (nextCheckAt !== undefined) checks[key] = nextCheckAt;
    if (matches === Object.hasOwn(current.memberships, key)) continue;
    (matches ? entered : exited).push(key);
    changed.add(key);
    current = withEdge(current, key, now);
    view = profileView(current, edges);
  }
  return {
    profile: { ...withChecks(current, checks), evaluatedAt: Math.max(now, profile.evaluatedAt) },
    entered,
    exited,
  };
}

/** Enters or leaves: the next version of this membership, so that a later edge is known as later everywhere. */
function withEdge(profile: Profile, key: string, now: number): Profile {
  const version = (own(profile.edgeCounts, key) ?? 0) + 1;
  const membership: Membership = { enteredAt: now, version };
  const isMember = Object.hasOwn(profile.memberships, key);
  return {
    ...profile,
    edgeCounts: withKey(profile.edgeCounts, key, version),
    memberships: isMember ? withoutKey(profile.memberships, key) : withKey(profile.memberships, key, membership),
  };
}

function withChecks(profile: Profile, checks: Readonly<Record<string, number>>): Profile {
  const { nextCheckAt: _before, ...rest } = profile;
  const nextCheckAt = Object.values(checks).reduce<number | undefined>(earlier, undefined);
  return { ...rest, checks, ...(nextCheckAt === undefined ? {} : { nextCheckAt }) };
}

function isEmpty(items: Iterable<string>): boolean {
  for (const _item of items) return false;
  return true;
}
