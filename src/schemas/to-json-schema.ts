import { z } from 'zod';

type Schema = Record<string, unknown>;
export type Defs = Readonly<Record<string, Schema>>;
export interface Described {
  readonly own: Schema;
  /** What `own` and they themselves refer to as `#/$defs/<name>`: what has a name, and what contains itself. */
  readonly defs: Defs;
}

/** Names of parts that are described once and referred to. */
export type PartNames = z.core.$ZodRegistry<{ readonly id: string }>;

/** What a schema takes (`input`) or answers (`output`), as JSON Schema of draft 2020-12. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', names: PartNames): Described {
  const made = z.toJSONSchema(schema, {
    // Also of what is taken: a schema that measures raw input before it reads it says as input nothing at all.
    io: 'output',
    unrepresentable: 'any',
    metadata: names as z.core.$ZodRegistry<Record<string, unknown>>,
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, descriptionOf(zodSchema));
      if (io === 'input') describeTaken(zodSchema, jsonSchema, names);
    },
  }) as Schema & { $defs?: Defs };
  const { $schema, $defs = {}, ...own } = withoutAnyJson(made);
  void $schema;
  return { own, defs: $defs };
}

const descriptionOf = (schema: z.core.$ZodType): Schema => {
  const { description } = z.globalRegistry.get(schema as z.ZodType) ?? {};
  return description === undefined ? {} : { description };
};

/** Where what is taken differs from what it is read as: by defaults, by fields that are dropped, by what becomes something else. */
function describeTaken(zodSchema: z.core.$ZodType, jsonSchema: Schema, names: PartNames): void {
  if (zodSchema instanceof z.ZodObject) {
    const shape = zodSchema.def.shape as Readonly<Record<string, z.core.$ZodType>>;
    const required = Object.keys(shape).filter((name) => shape[name]?._zod.optin === undefined);
    delete jsonSchema['required'];
    if (required.length > 0) jsonSchema['required'] = required;
    if (zodSchema.def.catchall === undefined) delete jsonSchema['additionalProperties'];
  }
  if (zodSchema instanceof z.ZodPipe && zodSchema.def.out instanceof z.ZodTransform) {
    const { own, defs } = toJsonSchema(zodSchema.def.in as z.ZodType, 'input', names);
    Object.assign(jsonSchema, own, Object.keys(defs).length > 0 && { $defs: defs });
  }
}

/** `z.json()` describes itself at length each time; anything may stand there. */
function withoutAnyJson(made: Schema & { $defs?: Defs }): Schema & { $defs?: Defs } {
  const { $defs = {}, ...rest } = made;
  const isAny = (name: string) => JSON.stringify($defs[name]) === anyJson(name);
  const kept = Object.fromEntries(Object.entries($defs).filter(([name]) => !isAny(name)));
  const replaced = (ref: string) => (isAny(ref.replace('#/$defs/', '')) ? undefined : ref);
  return mapRefs({ ...rest, $defs: kept }, replaced) as Schema & { $defs?: Defs };
}

const anyJson = (name: string): string => {
  const self = { $ref: `#/$defs/${name}` };
  const objects = { type: 'object', propertyNames: { type: 'string' }, additionalProperties: self };
  const scalars = ['string', 'number', 'boolean', 'null'].map((type) => ({ type }));
  return JSON.stringify({ anyOf: [...scalars, { type: 'array', items: self }, objects] });
};

/** The same with every reference as `refOf` says; without it where that says nothing. */
export function mapRefs(value: unknown, refOf: (ref: string) => string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => mapRefs(item, refOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      if (key !== '$ref' || typeof item !== 'string') return [[key, mapRefs(item, refOf)]];
      const ref = refOf(item);
      return ref === undefined ? [] : [[key, ref]];
    }),
  );
}
