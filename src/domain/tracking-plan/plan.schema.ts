import { z } from 'zod';
import { DefinitionKey, Name, Path } from '../definition-fields.schema';
import { eventKinds, type EventKind } from '../events/event';

export const violationActions = ['flag', 'quarantine', 'reject'] as const;
export const valueTypes = ['string', 'number', 'integer', 'boolean', 'object', 'array'] as const;
export const valueForms = ['email', 'uuid', 'date', 'date-time', 'url'] as const;

const Action = z.enum(violationActions);
const Unplanned = z.enum(['allow', ...violationActions]);
const Text = z.string().min(1).max(256);

/** What one property must be. No pattern of the writer's own: one that backtracks would stop the door. */
export const PropertyRule = z.strictObject({
  path: Path,
  /** Where it lies: the traits of `identify` and `group`, the properties of all others, unless said. */
  in: z.enum(['properties', 'traits']).optional(),
  description: z.string().max(2_000).optional(),
  required: z.boolean().default(false),
  types: z.array(z.enum(valueTypes)).min(1).max(valueTypes.length).optional(),
  values: z
    .array(z.union([z.string().max(1_000), z.number(), z.boolean()]))
    .min(1)
    .max(200)
    .optional(),
  form: z.enum(valueForms).optional(),
  startsWith: Text.optional(),
  endsWith: Text.optional(),
  contains: Text.optional(),
  onViolation: Action.optional(),
});
export type PropertyRule = z.output<typeof PropertyRule>;

/** Where properties of a kind lie unless a rule says otherwise. */
export const usualPart = (kind: EventKind): 'properties' | 'traits' =>
  kind === 'identify' || kind === 'group' ? 'traits' : 'properties';

/** Rules of one event. */
export const mostRules = 300;

export const EventRule = z
  .strictObject({
    kind: z.enum(eventKinds).default('track'),
    /** The name of a `track`; the other kinds have none. */
    event: z.string().min(1).max(255).optional(),
    description: z.string().max(2_000).optional(),
    properties: z.array(PropertyRule).max(mostRules).default([]),
    onViolation: Action.optional(),
    unplannedProperties: Unplanned.optional(),
  })
  .refine(({ kind, event }) => (kind === 'track') === (event !== undefined), {
    path: ['event'],
    error: 'A rule of kind track names its event; the other kinds have no name.',
  });
export type EventRule = z.output<typeof EventRule>;

/** What a rule is about, as one text. */
export const planName = ({ kind, event }: Pick<EventRule, 'kind' | 'event'>): string =>
  kind === 'track' ? `track ${event ?? ''}` : kind;

const isEachOnce = (events: readonly EventRule[]): boolean => new Set(events.map(planName)).size === events.length;

/** What sources may send, and what becomes of an event that is otherwise. */
export const TrackingPlan = z.strictObject({
  key: DefinitionKey.optional(),
  name: Name,
  description: z.string().max(2_000).optional(),
  /** Holds for every source that names no plan of its own. */
  isDefault: z.boolean().default(false),
  onViolation: Action.default('flag'),
  unplannedEvents: Unplanned.default('allow'),
  unplannedProperties: Unplanned.default('allow'),
  events: z.array(EventRule).max(2_000).default([]).refine(isEachOnce, { error: 'Two rules are about one event.' }),
});
export type TrackingPlan = z.output<typeof TrackingPlan>;
export type TrackingPlanInput = z.input<typeof TrackingPlan>;
