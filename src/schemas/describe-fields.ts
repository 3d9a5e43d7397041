import { descriptions } from './descriptions';

type Schema = Readonly<Record<string, unknown>>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields of a schema by their places, such as `journey.entry` or `split-step.variants[].weight`. */
export function describeFields(kind: string, whole: Schema): Schema {
  const defs = Object.entries(whole['$defs'] as Readonly<Record<string, Schema>>);
  const described = defs.map(([name, def]) => [name, { ...told(name), ...describe(def, name) }]);
  return { ...describe(whole, kind), $defs: Object.fromEntries(described) as Schema };
}

/** Of every field that there is, whether or not anything is said of it. */
export function fieldPlaces(kind: string, whole: Schema): string[] {
  const places: string[] = [];
  const note = (place: string) => void places.push(place);
  describe(whole, kind, note);
  for (const [name, def] of Object.entries(whole['$defs'] as Readonly<Record<string, Schema>>)) {
    note(name);
    describe(def, name, note);
  }
  return places;
}

function describe(schema: Schema, place: string, note: (place: string) => void = () => undefined): Schema {
  const walk = (value: unknown, at: string) => (isSchema(value) ? describe(value, at, note) : value);
  const { properties, items, additionalProperties, anyOf } = schema;
  return {
    ...schema,
    ...(isSchema(properties) && { properties: describeAll(properties, place, note) }),
    ...(items !== undefined && { items: walk(items, `${place}[]`) }),
    ...(additionalProperties !== undefined && { additionalProperties: walk(additionalProperties, `${place}.*`) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map((one) => walk(one, place)) }),
  };
}

function describeAll(properties: Schema, place: string, note: (place: string) => void): Schema {
  const described = Object.entries(properties).map(([name, value]) => {
    const at = `${place}.${name}`;
    note(at);
    return [name, isSchema(value) ? { ...told(at), ...describe(value, at, note) } : value];
  });
  return Object.fromEntries(described) as Schema;
}

/** A field is called the same in many places and means the same in most: the nearest that is said of it counts. */
const saidOf = (place: string): string | undefined =>
  descriptions[place] ?? descriptions[`*.${place.split('.').at(-1) ?? ''}`];

export const isDescribed = (place: string): boolean => saidOf(place) !== undefined;

function told(place: string): Schema {
  const description = saidOf(place);
  return description === undefined ? {} : { description };
}
