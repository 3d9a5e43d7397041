import { z } from 'zod';
import { leavesOf } from '../../domain/audiences/compile-rule';
import type { Rule } from '../../domain/audiences/rule.schema';
import { isBehaviour, lookBackMs } from '../../domain/audiences/behaviour';
import { RetentionPolicy } from '../../domain/privacy/retention.schema';
import { notFound } from '../problem';
import type { KeyCall } from '../route';

const dayMs = 24 * 3_600_000;

export const RetentionBody = RetentionPolicy.extend({
  /** Audiences that look back further than events are kept: they count what is left. */
  audiencesBeyond: z.array(z.string()),
});

export async function presentRetention({ deps, ws }: KeyCall): Promise<z.output<typeof RetentionBody>> {
  const workspace = await deps.store.workspaces.find(ws);
  if (!workspace) throw notFound('such workspace');
  const policy = workspace.retention ?? {};
  const keptMs = (policy.events ?? Infinity) * dayMs;
  const audiences = await deps.store.audiences.list(ws);
  const beyond = audiences.filter(({ ruleJson, next }) =>
    [ruleJson, ...(next ? [next.ruleJson] : [])].some((json) => looksBackMs(JSON.parse(json) as Rule) > keptMs),
  );
  return { ...policy, audiencesBeyond: beyond.map(({ key }) => key) };
}

/** The longest window of a rule. One without a window counts since events are kept, as its definition says. */
function looksBackMs(rule: Rule): number {
  const windows = leavesOf(rule).flatMap((leaf) => (isBehaviour(leaf) ? [lookBackMs(leaf) ?? 0] : []));
  return Math.max(0, ...windows);
}
