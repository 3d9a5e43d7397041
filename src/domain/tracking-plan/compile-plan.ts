import type { Event } from '../events/event';
import { shortPointerPart } from '../events/rejection';
import type { Json } from '../json';
import { anyElement, partsOf, someAt, type PathPart } from '../path';
import { checksOf } from './check-value';
import { planName, usualPart, type EventRule, type PropertyRule, type TrackingPlan } from './plan.schema';
import type { Violation, ViolationAction } from './violation';

export type PlannedEvent = Pick<Event, 'kind' | 'name' | 'properties' | 'traits'>;
type Part = 'properties' | 'traits';
type Check = (event: PlannedEvent) => Violation | undefined;

/** A plan made ready: answers how an event is not as planned. */
export interface CompiledPlan {
  readonly key: string;
  readonly version: number;
  violations(event: PlannedEvent): readonly Violation[];
}

/** Unplanned properties that are listed of one event; more would tell nobody more. */
const mostUnplanned = 20;

interface CompiledEvent {
  readonly checks: readonly Check[];
  readonly planned: Readonly<Record<Part, ReadonlySet<string>>>;
  readonly unplanned: ViolationAction | 'allow';
}

/** Properties that the door itself writes beside what was sent. */
const ownProperties: Readonly<Partial<Record<Event['kind'], readonly string[]>>> = {
  page: ['name', 'category'],
  screen: ['name', 'category'],
  group: ['groupId'],
};

/** Reads a plan once, so that each event costs what its own rules cost. */
export function compilePlan(plan: TrackingPlan, key: string, version: number): CompiledPlan {
  const byName = new Map(plan.events.map((rule) => [planName(rule), compileEvent(plan, rule)]));
  const { unplannedEvents } = plan;
  return {
    key,
    version,
    violations(event) {
      const planned = byName.get(planName({ kind: event.kind, event: event.name }));
      if (planned) return violationsOf(planned, event);
      return unplannedEvents === 'allow' ? [] : [unplannedEvent(event, unplannedEvents)];
    },
  };
}

function unplannedEvent({ kind }: PlannedEvent, action: ViolationAction): Violation {
  const message = `The tracking plan has no ${kind} of this name; plan it, or do not send it.`;
  return { code: 'unplanned_event', path: kind === 'track' ? '/event' : '/type', message, action };
}

function compileEvent(plan: TrackingPlan, rule: EventRule): CompiledEvent {
  const usual = usualPart(rule.kind);
  const planned = { properties: new Set(ownProperties[rule.kind]), traits: new Set<string>() };
  for (const { path, in: part = usual } of rule.properties) planned[part].add(partsOf(path)[0]);
  const action = rule.onViolation ?? plan.onViolation;
  return {
    checks: rule.properties.map((property) => compileProperty(property, property.in ?? usual, action)),
    planned,
    unplanned: rule.unplannedProperties ?? plan.unplannedProperties,
  };
}

function compileProperty(rule: PropertyRule, part: Part, usual: ViolationAction): Check {
  const parts = partsOf(rule.path);
  const checks = checksOf(rule);
  const path = `/${part}${pointerOf(parts)}`;
  const action = rule.onViolation ?? usual;
  const missing: Violation = {
    code: 'missing_property',
    ...{ path, action, message: `${rule.path} is absent; the tracking plan requires it.` },
  };
  return (event) => {
    let isThere = false;
    let fault: Pick<Violation, 'code' | 'message'> | undefined;
    someAt(event[part], parts, (value) => {
      isThere = true;
      fault = firstFault(checks, value);
      return fault !== undefined;
    });
    if (fault) return { ...fault, path, action };
    return rule.required && !isThere ? missing : undefined;
  };
}

function firstFault(checks: ReturnType<typeof checksOf>, value: Json) {
  for (const check of checks) {
    const fault = check(value);
    if (fault) return fault;
  }
  return undefined;
}

/** Up to the list whose elements it goes through: which of them is wrong is not told. */
function pointerOf(parts: readonly PathPart[]): string {
  const end = parts.indexOf(anyElement);
  return (parts.slice(0, end < 0 ? undefined : end) as readonly string[]).map(shortPointerPart).join('');
}

function violationsOf({ checks, planned, unplanned }: CompiledEvent, event: PlannedEvent): readonly Violation[] {
  const found = checks.map((check) => check(event)).filter((violation) => violation !== undefined);
  return unplanned === 'allow' ? found : [...found, ...unplannedProperties(planned, unplanned, event)];
}

function unplannedProperties(
  planned: CompiledEvent['planned'],
  action: ViolationAction,
  event: PlannedEvent,
): Violation[] {
  const paths = (['properties', 'traits'] as const).flatMap((part) =>
    Object.keys(event[part])
      .filter((key) => !planned[part].has(key))
      .slice(0, mostUnplanned)
      .map((key) => `/${part}${shortPointerPart(key)}`),
  );
  const message = 'The tracking plan has no property of this name; plan it, or do not send it.';
  return paths.map((path) => ({ code: 'unplanned_property', path, message, action }));
}
