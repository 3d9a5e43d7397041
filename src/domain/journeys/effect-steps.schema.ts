import { z } from 'zod';
import { DefinitionKey, EventName, Name, Path } from '../definition-fields.schema';
import { isKindName } from '../events/event';
import { measureJson } from '../events/measure-json';
import { StepId, ValueOrFrom } from './step-fields.schema';

/** What a step may hold, and the event that it becomes. */
export const storable = { maxBytes: 32_768, maxDepth: 32, hasEscapes: true, byteLength: (text: string) => text.length };

/** Of a step that becomes an event: what it holds must be something that can be stored. */
function storableFields(fields: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  for (const [field, value] of Object.entries(fields)) {
    const measured = measureJson(value, storable);
    if ('code' in measured) context.addIssue({ code: 'custom', path: [field], message: measured.message });
  }
}

const Values = z.record(Name, ValueOrFrom);

export const UpdateStep = z
  .strictObject({
    type: z.literal('update'),
    set: Values.optional(),
    unset: z.array(Name).min(1).max(100).optional(),
    /** What is added to traits that are numbers; one that is not there begins at 0. */
    increment: z.record(Name, z.union([z.number(), z.strictObject({ from: Path })])).optional(),
    next: StepId.optional(),
  })
  .superRefine(({ set = {}, unset = [], increment = {} }, context) => {
    storableFields({ set, unset: Object.fromEntries(unset.map((name) => [name, null])), increment }, context);
    for (const name of Object.keys(increment))
      if (Object.hasOwn(set, name) || unset.includes(name))
        context.addIssue({
          code: 'custom',
          path: ['increment', name],
          message: `The trait "${name}" is set or unset by this step too; do one of them, or the other in a step before.`,
        });
  });

/** The name is that of a `track`; those of other kinds of event say something of the person, which `update` does. */
const EmittedName = EventName.refine((name) => name !== '*' && !isKindName(name), {
  error: 'Write the name of one event, as a `track` has it; "*" and the kinds of events are none.',
});

export const EmitStep = z
  .strictObject({
    type: z.literal('emit'),
    event: EmittedName,
    properties: Values.optional(),
    next: StepId.optional(),
  })
  .superRefine(({ event, properties = {} }, context) =>
    storableFields({ event: { [event]: null }, properties }, context),
  );

export const EnrollStep = z
  .strictObject({
    type: z.literal('enroll'),
    journey: DefinitionKey,
    /** The other run's `entry.properties`. */
    properties: Values.optional(),
    /** Whether this run goes on only when the other has ended; not, unless it says so. */
    wait: z.boolean().optional(),
    next: StepId.optional(),
  })
  .superRefine(({ properties = {} }, context) => storableFields({ properties }, context));

const Variant = z.strictObject({ key: DefinitionKey, weight: z.number().min(0).max(100), next: StepId });
export const SplitStep = z.strictObject({
  type: z.literal('split'),
  /** Of the workspace: whoever has a variant of it keeps that, in whatever journey. */
  experiment: DefinitionKey,
  variants: z.array(Variant).min(2).max(20),
  /** By which goal of the journey the variants are compared. */
  goal: DefinitionKey.optional(),
  winner: z.enum(['report', 'auto']).optional(),
});

export const AudienceStep = z.strictObject({
  type: z.literal('audience'),
  /** One that is kept by hand. */
  audience: DefinitionKey,
  do: z.enum(['add', 'remove']),
  next: StepId.optional(),
});
