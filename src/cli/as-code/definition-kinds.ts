import type { Client } from '../../client/client';
import { HeddleError } from '../../client/errors';
import type { ComputedTrait, Destination, StoredAudience, StoredJourney } from '../../client/types';
import type { Json, JsonObject } from '../../domain/json';
import { writeAudience, writeComputedTrait, writeDestination, writeJourney } from '../../code/write/write-code';

/** Folders of definitions, in the order in which they are saved: what others refer to comes first. */
export const folders = ['destinations', 'computed-traits', 'audiences', 'journeys'] as const;
export type Folder = (typeof folders)[number];

/** A definition as the server has it, in the form of a file. */
export interface Held {
  readonly key: string;
  readonly definition: JsonObject;
}

interface DefinitionKind {
  readonly noun: string;
  /** As code that makes it again. */
  readonly write: (definition: JsonObject) => string;
  /** Throws HeddleError. */
  readonly get: (client: Client, key: string) => Promise<Held>;
  readonly each: (client: Client) => AsyncIterable<Held>;
}

export const definitionKinds: { readonly [Name in Folder]: DefinitionKind } = {
  destinations: {
    noun: 'destination',
    write: (definition) => writeDestination(definition as never),
    get: async (client, key) => destinationOf(await client.destinations.get(key)),
    each: (client) => mapped(client.destinations.each(), destinationOf),
  },
  'computed-traits': {
    noun: 'computed trait',
    write: (definition) => writeComputedTrait(definition as never),
    get: async (client, key) => computedTraitOf(await client.computedTraits.get(key)),
    each: (client) => mapped(client.computedTraits.each(), computedTraitOf),
  },
  audiences: {
    noun: 'audience',
    write: (definition) => writeAudience(definition as never),
    get: async (client, key) => audienceOf(await client.audiences.get(key)),
    each: (client) => mapped(client.audiences.each(), audienceOf),
  },
  journeys: {
    noun: 'journey',
    write: (definition) => writeJourney(definition as never),
    get: async (client, key) => journeyOf(client, await client.journeys.get(key)),
    each: (client) => mapped(client.journeys.each(), (journey) => journeyOf(client, journey)),
  },
};

/** What there is under a key; nothing where there is none. */
export async function findHeld(client: Client, folder: Folder, key: string): Promise<Held | undefined> {
  try {
    return await definitionKinds[folder].get(client, key);
  } catch (error) {
    if (error instanceof HeddleError && error.status === 404) return undefined;
    throw error;
  }
}

async function* mapped<From>(all: AsyncIterable<From>, map: (one: From) => Held | Promise<Held>) {
  for await (const one of all) yield await map(one);
}

/** Only the fields that are there. */
const held = (key: string, fields: Readonly<Record<string, unknown>>): Held => ({
  key,
  definition: JSON.parse(JSON.stringify({ key, ...fields })) as Record<string, Json>,
});

const destinationOf = ({ key, type, name, settings, purpose, enabled }: Destination): Held =>
  held(key, { type, name, settings, purpose, ...(!enabled && { enabled }) });

const computedTraitOf = ({ key, name, description, labels, value }: ComputedTrait): Held =>
  held(key, { name, description, labels, value });

/** Of one that is being prepared, what was saved last. */
function audienceOf(audience: StoredAudience): Held {
  const { name, description, labels, holdout, variables, rule, ...said } = audience.next ?? audience;
  return held(audience.key, {
    ...{ name, description, labels },
    ...(audience.kind === 'manual' && { kind: 'manual' }),
    ...(said.public && { public: true }),
    ...{ holdout, variables, rule },
  });
}

/** The draft, or what was published last. */
async function journeyOf(client: Client, { key, draft }: StoredJourney): Promise<Held> {
  const definition = draft ?? (await client.journeys.versions(key, { limit: 1 })).data[0]?.definition;
  return held(key, definition ?? {});
}
