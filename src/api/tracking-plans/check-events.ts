import { randomUUID } from 'node:crypto';
import type { Naming } from '../../domain/events/event-identifiers';
import { parseEvent } from '../../domain/events/parse-event';
import { compilePlan, type CompiledPlan } from '../../domain/tracking-plan/compile-plan';
import type { TrackingPlan } from '../../domain/tracking-plan/plan.schema';
import { actionOf } from '../../domain/tracking-plan/violation';
import type { KeyCall } from '../route';

const verdicts = { flag: 'flagged', quarantine: 'quarantined', reject: 'rejected' } as const;

/** What the door would do with each event if this were the plan of its source. Stores nothing. */
export async function checkEvents(call: KeyCall, plan: TrackingPlan, events: readonly unknown[]) {
  const compiled = compilePlan(plan, '', 0);
  const { naming } = await call.deps.policies.of(call.ws, call.principal.source);
  return events.map((event, index) => ({ index, ...checkEvent(call, { plan: compiled, naming }, event) }));
}

function checkEvent(
  { deps, now }: KeyCall,
  { plan, naming }: { readonly plan: CompiledPlan; readonly naming: Naming },
  raw: unknown,
) {
  const parsed = parseEvent(raw, {
    ...{ receivedAt: now, source: '', isTrusted: true, naming },
    json: deps.limits.event,
    makeMessageId: randomUUID,
  });
  if ('rejection' in parsed)
    return { verdict: 'rejected' as const, violations: [{ ...parsed.rejection, action: 'reject' as const }] };
  const violations = plan.violations(parsed.event);
  const action = actionOf(violations);
  return { verdict: action === undefined ? ('accepted' as const) : verdicts[action], violations };
}
