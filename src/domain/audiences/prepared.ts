import type { Profile } from '../profiles/profile';
import { orderAudiences } from './audience-order';
import { compileRule } from './compile-rule';
import type { CompiledAudience } from './evaluate-memberships';
import { profileView, type EdgeEvents, type GroupsOf } from './profile-view';
import type { Rule } from './rule.schema';
import { earlier } from './rule-view';

/** An audience by the rule that serves, and by the one that is being prepared, where there is one. */
export interface EditedAudience {
  readonly key: string;
  readonly rule: Rule;
  readonly next?: Rule | undefined;
}

/** Every audience as it will be once all that is being prepared serves. */
export const afterEdits = (audiences: readonly EditedAudience[]): { readonly key: string; readonly rule: Rule }[] =>
  audiences.map(({ key, rule, next = rule }) => ({ key, rule: next }));

/**
 * The audiences whose answers edits may change: those that are edited, by their next rules, and those that refer to them. Each comes after
 * those it refers to. Throws `AudienceOrderError`.
 */
export function preparedAudiences(audiences: readonly EditedAudience[]): CompiledAudience[] {
  const touched = new Set(audiences.filter(({ next }) => next !== undefined).map(({ key }) => key));
  if (touched.size === 0) return [];
  return orderAudiences(afterEdits(audiences)).flatMap(({ key, rule: source }) => {
    const rule = compileRule(source);
    if (!touched.has(key) && !rule.dependsOn.audiences.some((name) => touched.has(name))) return [];
    touched.add(key);
    return [{ key, rule }];
  });
}

/** What edits change for one profile. */
export interface PreparedAnswers {
  /** By audience: whether they will be in it, where that is otherwise than it is now. */
  readonly answers: Readonly<Record<string, boolean>>;
  /** When to look again. */
  readonly nextCheckAt?: number;
}

/** Evaluates prepared audiences for a profile as it stands. Changes nothing. Throws `EdgeEventsMissing`. */
export function prepareAnswers(
  profile: Profile,
  prepared: readonly CompiledAudience[],
  now: number,
  edges?: EdgeEvents,
  groups?: GroupsOf,
): PreparedAnswers {
  const answers = new Map<string, boolean>();
  const stored = profileView(profile, edges, profile.memberships, undefined, groups);
  const view = { ...stored, isMember: (key: string) => answers.get(key) ?? stored.isMember(key) };
  let next: number | undefined;
  for (const { key, rule } of prepared) {
    const { matches, nextCheckAt } = rule.evaluate(view, now);
    answers.set(key, matches);
    next = earlier(next, nextCheckAt);
  }
  const others = [...answers].filter(([key, isIn]) => isIn !== stored.isMember(key));
  return { answers: Object.fromEntries(others), ...(next !== undefined && { nextCheckAt: next }) };
}
