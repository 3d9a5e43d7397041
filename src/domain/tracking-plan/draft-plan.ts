import type { PropertyType } from '../catalogue/learning';
import { shownFrom } from '../catalogue/sample-value';
import type { EventKind } from '../events/event';
import { mostRules, usualPart, type EventRule, type PropertyRule, type TrackingPlan } from './plan.schema';

/** One event as traffic has taught it. */
export interface LearnedEvent {
  readonly kind: EventKind;
  readonly name: string;
  readonly sampled: number;
  readonly properties: readonly LearnedProperty[];
}

export interface LearnedProperty {
  /** `properties` or `traits`, and the path below it. */
  readonly path: string;
  readonly count: number;
  readonly types: Readonly<Partial<Record<PropertyType, number>>>;
  readonly values: ReadonlyMap<string, number> | 'many';
}

/** A property that so many events had, each of them, is taken for a required one. */
const requiredFrom = 20;
/** Values are listed where this many events had one of them. */
const listedFrom = 50;
const longestPath = 512;

/** A plan that what was seen would keep: a beginning, for a person to read. Events on it are allowed, others flagged. */
export function draftPlan(name: string, events: readonly LearnedEvent[]): TrackingPlan {
  return {
    name,
    isDefault: false,
    onViolation: 'flag',
    unplannedEvents: 'flag',
    unplannedProperties: 'allow',
    events: events.map(draftEvent),
  };
}

function draftEvent({ kind, name, sampled, properties }: LearnedEvent): EventRule {
  const rules = properties.flatMap((property) => draftProperty(property, kind, sampled)).slice(0, mostRules);
  return { kind, ...(kind === 'track' && { event: name }), properties: rules };
}

function draftProperty(property: LearnedProperty, kind: EventKind, sampled: number): PropertyRule[] {
  const [, part, path] = /^(properties|traits)\.?(.+)$/s.exec(property.path) ?? [];
  if (path === undefined || path.length > longestPath) return [];
  const types = typesOf(property);
  const values = valuesOf(property);
  return [
    {
      path,
      ...(part !== usualPart(kind) && { in: part as 'properties' | 'traits' }),
      required: isAlwaysThere(property, sampled),
      ...(types.length > 0 && { types }),
      ...(values && { values }),
    },
  ];
}

const isAlwaysThere = ({ path, count }: LearnedProperty, sampled: number): boolean =>
  sampled >= requiredFrom && count === sampled && !path.includes('[]');

const typesOf = ({ types }: LearnedProperty): Exclude<PropertyType, 'null'>[] =>
  (Object.keys(types) as PropertyType[]).filter((type) => type !== 'null');

function valuesOf({ count, types, values }: LearnedProperty): string[] | undefined {
  const isText = (types.string ?? 0) > 0 && Object.keys(types).every((type) => type === 'string' || type === 'null');
  if (values === 'many' || !isText || count < listedFrom) return undefined;
  return [...values.values()].every((times) => times >= shownFrom) ? [...values.keys()].sort() : undefined;
}
