import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Mapping } from '../destinations/mapping.schema';
import { AudienceDefinition } from '../domain/audiences/rule.schema';
import { JourneyDefinition } from '../domain/journeys/journey.schema';
import { isJsonObject, type Json, type JsonObject } from '../domain/json';
import { examplesIn } from '../testing/examples';
import { anyRule, journey } from '../testing/journey-arbitraries';
import { definitionSchema, schemaNames, type SchemaKind } from './definition-schemas';
import { fieldPlaces, isDescribed } from './describe-fields';
import { descriptions } from './descriptions';

const root = join(__dirname, '../..');
const checks = Object.fromEntries(
  schemaNames.map((kind) => [
    kind,
    new Ajv({ strict: true, allErrors: true, formats: { uri: (text: string) => URL.canParse(text) } }).compile(
      definitionSchema(kind) as object,
    ),
  ]),
) as Readonly<Record<SchemaKind, ReturnType<Ajv['compile']>>>;
const faultsOf = (kind: SchemaKind, value: unknown) => (checks[kind](value) ? [] : (checks[kind].errors ?? []));

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const kindOfFolder = (file: string): string => /(\w[\w-]*)s\/[^/]*$/.exec(file)?.[1] ?? '';
const isKind = (kind: string): kind is SchemaKind => (schemaNames as readonly string[]).includes(kind);

// The addresses of the demo are those of its twins, which `heddle dev` fills in.
const folders = ['audiences', 'journeys', 'destinations', 'demo/audiences', 'demo/journeys'];
const inFiles = folders.flatMap((folder) =>
  examplesIn(folder).map(([file, one]) => [kindOfFolder(file) as SchemaKind, file, JSON.stringify(one)] as const),
);
const inGuides = filesIn('docs/guides').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^```json (\S+)\n([\s\S]*?)^```$/gm)].flatMap(([, kind = '', text = '']) =>
    isKind(kind) ? [[kind, file.slice(root.length + 1), text] as const] : [],
  ),
);

/** Where the path of the API says the key, a block leaves it out. */
const withKey = (kind: SchemaKind, value: JsonObject): JsonObject =>
  kind === 'destination' || kind === 'source' ? { key: 'shown', ...value } : value;

describe('the published JSON Schemas', () => {
  it.each([...inFiles, ...inGuides])('take the %s of %s', (kind, _, text) => {
    expect(faultsOf(kind, withKey(kind, parse(text) as JsonObject))).toEqual([]);
  });

  it.each(schemaNames)('say of a %s who they are, and let a file name what it is checked by', (kind) => {
    expect(definitionSchema(kind)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:heddle:schemas:${kind}`,
    });
    const [, , text = '{}'] = [...inFiles, ...inGuides].find(([one]) => one === kind) ?? [];
    const definition = { $schema: '../schemas/it.json', ...withKey(kind, parse(text) as JsonObject) };
    const unknown = faultsOf(kind, definition).filter(({ keyword }) => keyword === 'additionalProperties');
    expect(unknown).toEqual([]);
  });

  it('describe a rule once, however deep rules go', () => {
    const schema = definitionSchema('journey') as { readonly $defs: Readonly<Record<string, JsonObject>> };
    expect(schema.$defs['not-condition']).toMatchObject({ properties: { not: { $ref: '#/$defs/rule' } } });
    expect(JSON.stringify(schema).match(/"sequence":\{/g)).toHaveLength(1);
    expect(JSON.stringify(schema).length).toBeLessThan(60_000);
  });

  it.each(schemaNames.filter((kind) => kind !== 'source'))('say of each field of a %s what it means', (kind) => {
    const silent = fieldPlaces(kind, definitionSchema(kind)).filter((place) => !isDescribed(place));
    // One line in descriptions-journeys.ts, -conditions.ts or -policies.ts.
    expect(silent).toEqual([]);
  });

  it('say nothing of a field that there is not', () => {
    const places = new Set(schemaNames.flatMap((kind) => fieldPlaces(kind, definitionSchema(kind))));
    const names = new Set([...places].map((place) => place.split('.').at(-1) ?? ''));
    const unknown = Object.keys(descriptions).filter((place) =>
      place.startsWith('*.') ? !names.has(place.slice(2)) : !places.has(place),
    );
    expect(unknown).toEqual([]);
  });

  it.each<[SchemaKind, JsonObject, string]>([
    ['destination', { key: 'crm', type: 'webhook', name: 'CRM', settings: { address: 'x' } }, 'address'],
    ['audience', { key: 'vip', name: 'VIP', rule: { all: [{ trait: 'a', is: 'set', was: 1 }] } }, 'was'],
  ])('name the field of a %s that there is not', (kind, definition, field) => {
    expect(JSON.stringify(faultsOf(kind, definition))).toContain(`"additionalProperty":"${field}"`);
  });
});

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonObject;
const audience = anyRule.map((rule) => asJson({ key: 'a', name: 'A', rule }));
const definitions = [
  ['audience', audience, (value: unknown) => AudienceDefinition.safeParse(value).success],
  ['journey', journey.map(asJson), isJourney],
] as const;

/** As it is saved: what a send makes is looked at by the destinations. A name that objects have of their own zod leaves out, with what is below it. */
function isJourney(value: unknown): boolean {
  const { success, data } = JourneyDefinition.safeParse(value);
  const sends = Object.values(data?.steps ?? {}).flatMap((step) => (step.type === 'send' ? [step] : []));
  const isWhole = !JSON.stringify(value).includes('"__proto__"');
  return success && isWhole && sends.every(({ mapping = {} }) => Mapping.safeParse(mapping).success);
}

type Place = readonly (string | number)[];
const placesOf = (value: Json, at: Place = []): Place[] =>
  typeof value === 'object' && value !== null
    ? [at, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...at, key]))]
    : [at];

/** The same with what `change` makes of the value at a place; `undefined` takes it away. */
function changed(value: Json, [key, ...rest]: Place, change: (value: Json) => Json | undefined): Json {
  if (key === undefined) return change(value) ?? null;
  const copy = structuredClone(value) as Record<string, Json>;
  const next = rest.length === 0 ? change(copy[key] ?? null) : changed(copy[key] ?? null, rest, change);
  if (next !== undefined) copy[key] = next;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}
const mistakes: Readonly<Record<string, (value: Json) => Json | undefined>> = {
  'a field too many': (value) => (isJsonObject(value) ? { ...value, unheardOf: 1 } : value),
  'a field too few': () => undefined,
  'a number': () => 7,
  'a list': (value) => [value],
  'another word': () => 'unheard of',
};
const mistaken = (definition: fc.Arbitrary<JsonObject>, names = Object.keys(mistakes)) =>
  fc.tuple(definition, fc.nat(), fc.constantFrom(...names)).map(([value, at, name]) => {
    const places = placesOf(value);
    return changed(value, places[at % places.length] ?? [], mistakes[name] as never);
  });

describe.each(definitions)('of any %s', (kind, definition, isTaken) => {
  it('the schema refuses nothing that the server takes', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(definition, mistaken(definition)), (value) => {
        if (!isTaken(value)) return;
        taken += 1;
        expect(faultsOf(kind, value)).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(50);
  });

  it('a field that there is not is refused by the schema where the server refuses it', () => {
    fc.assert(
      fc.property(mistaken(definition.filter(isTaken), ['a field too many']), (value) => {
        if (isTaken(value)) return;
        expect(faultsOf(kind, value)).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
