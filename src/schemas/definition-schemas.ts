import { z } from 'zod';
import { Mapping } from '../destinations/mapping.schema';
import { ComputedTraitDefinition } from '../domain/audiences/computed/computed-trait.schema';
import { AudienceDefinition } from '../domain/audiences/rule.schema';
import { PurposeDefinition } from '../domain/consent/purpose.schema';
import { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import { GroupPolicy } from '../domain/groups/group-policy.schema';
import { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import { JourneyDefinition } from '../domain/journeys/journey.schema';
import { TrackingPlan } from '../domain/tracking-plan/plan.schema';
import { describeFields } from './describe-fields';
import { destinationsByType, sourcesByType } from './input-of-type';
import { partNames } from './part-names';
import { toJsonSchema, type Defs } from './to-json-schema';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whatever a file may define, and what a policy of a workspace says. */
export const schemaKinds = {
  audience: { title: 'An audience', schema: AudienceDefinition },
  'computed-trait': { title: 'A computed trait', schema: ComputedTraitDefinition },
  destination: { title: 'A destination', schema: z.union(destinationsByType) },
  'group-policy': { title: 'Who belongs together in households and accounts', schema: GroupPolicy },
  'identity-policy': { title: 'Whom events are about', schema: IdentityPolicy },
  journey: { title: 'A journey', schema: JourneyDefinition },
  purpose: { title: 'What people consent to', schema: PurposeDefinition },
  'sending-policy': { title: 'What every send must pass', schema: SendingPolicy },
  source: { title: 'A source of events', schema: z.union(sourcesByType) },
  'tracking-plan': { title: 'What sources may send', schema: TrackingPlan },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly schema: z.ZodType }>>;
export type SchemaKind = keyof typeof schemaKinds;
export const schemaNames = Object.keys(schemaKinds) as readonly SchemaKind[];

const made = new Map<SchemaKind, JsonSchema>();

/** The JSON Schema (draft 2020-12) that an editor checks and completes a file by. */
export function definitionSchema(kind: SchemaKind): JsonSchema {
  const known = made.get(kind) ?? makeSchema(kind);
  made.set(kind, known);
  return known;
}

function makeSchema(kind: SchemaKind): JsonSchema {
  const { title, schema } = schemaKinds[kind];
  const { own, defs } = toJsonSchema(schema, 'input', partNames);
  const whole = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:heddle:schemas:${kind}`,
    title,
    ...withSchemaField(own),
    $defs: kind === 'journey' ? withMappings(defs) : defs,
  };
  return describeFields(kind, whole);
}

/** A file may name the schema that it is checked by; what reads it drops that. */
function withSchemaField(own: JsonSchema): JsonSchema {
  const { anyOf, properties } = own;
  if (Array.isArray(anyOf)) return { ...own, anyOf: anyOf.map((one: JsonSchema) => withSchemaField(one)) };
  return { ...own, properties: { $schema: { type: 'string' }, ...(properties as object) } };
}

/** The domain takes whatever mapping a send has; its form is that of the destinations. */
function withMappings(defs: Defs): Defs {
  const { defs: mapping } = toJsonSchema(z.strictObject({ mapping: Mapping }), 'input', partNames);
  const placed = Object.entries(defs).map(([name, def]) => [name, placeMapping(def)]);
  return { ...(Object.fromEntries(placed) as Defs), ...mapping };
}

const placeMapping = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(placeMapping);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) =>
      name === 'mapping' ? [name, { $ref: '#/$defs/mapping' }] : [name, placeMapping(part)],
    ),
  );
};
