import { dayMs } from '../../domain/duration';
import { z } from 'zod';
import { leavesOf } from '../../domain/audiences/compile-rule';
import { resolveComputed } from '../../domain/audiences/computed/resolve-computed';
import type { Rule } from '../../domain/audiences/rule.schema';
import { behaviourOf, logOf, lookBackMs, type BehaviourCondition } from '../../domain/audiences/behaviour/behaviour';
import { RetentionPolicy } from '../../domain/privacy/retention.schema';
import { notFound } from '../problem';
import type { KeyCall } from '../route';

export const RetentionBody = RetentionPolicy.extend({
  /** Audiences that look back further than events are kept: they count what is left. */
  audiencesBeyond: z.array(z.string()),
});

export async function presentRetention({ deps, ws }: KeyCall): Promise<z.output<typeof RetentionBody>> {
  const workspace = await deps.store.workspaces.find(ws);
  if (!workspace) throw notFound('such workspace');
  const policy = workspace.retention ?? {};
  const keptMs = (policy.events ?? Infinity) * dayMs;
  const [audiences, computed] = await Promise.all([
    deps.store.audiences.list(ws),
    deps.store.computedTraits.values(ws),
  ]);
  const isBeyond = (json: string): boolean => looksBackMs(resolveComputed(JSON.parse(json) as Rule, computed)) > keptMs;
  const beyond = audiences.filter(({ ruleJson, next }) => [ruleJson, ...(next ? [next.ruleJson] : [])].some(isBeyond));
  return { ...policy, audiencesBeyond: beyond.map(({ key }) => key) };
}

/** How far back events are read for a rule. */
export function looksBackMs(rule: Rule): number {
  const asked = leavesOf(rule).flatMap((leaf) => behaviourOf(leaf) ?? []);
  return Math.max(0, ...asked.map(readsBackMs));
}

/** Without a window a number counts on from what it was; what happened side by side is read again where it is more than a profile keeps. */
const readsBackMs = (condition: BehaviourCondition): number =>
  lookBackMs(condition) ?? (logOf(condition) ? Infinity : 0);
