import type { Client } from '../../client/client';
import { HeddleError } from '../../client/errors';
import type { ComputedTrait, Destination, StoredAudience, StoredJourney } from '../../client/types';
import { writeAudience, writeComputedTrait, writeDestination, writeJourney } from '../../code/write/write-code';
import type { Json, JsonObject } from '../../domain/json';

/** Folders of definitions, in the order in which they are saved: what others refer to comes first. */
export const folders = ['destinations', 'computed-traits', 'audiences', 'journeys'] as const;
export type Folder = (typeof folders)[number];

/** What the server answers of one: of every kind it has more than this. */
interface Stored {
  readonly key: string;
}
export interface Held {
  /** As the server answers it. */
  readonly stored: Stored;
  /** As a file has it. */
  readonly definition: JsonObject;
  readonly etag: string | undefined;
}

interface DefinitionKind {
  readonly noun: string;
  /** As code that makes it again. */
  readonly write: (definition: JsonObject) => string;
  readonly each: (client: Client) => AsyncIterable<Stored>;
  /** The fields that a file has. */
  readonly said: (stored: never, client: Client) => object | Promise<object>;
}

export const definitionKinds: { readonly [Name in Folder]: DefinitionKind } = {
  destinations: {
    noun: 'destination',
    write: (definition) => writeDestination(definition as never),
    each: (client) => client.destinations.each(),
    said: ({ key, type, name, settings, purpose, enabled }: Destination) => ({
      ...{ key, type, name, settings, purpose, enabled },
    }),
  },
  'computed-traits': {
    noun: 'computed trait',
    write: (definition) => writeComputedTrait(definition as never),
    each: (client) => client.computedTraits.each(),
    said: ({ key, name, description, labels, value }: ComputedTrait) => ({ key, name, description, labels, value }),
  },
  audiences: {
    noun: 'audience',
    write: (definition) => writeAudience(definition as never),
    each: (client) => client.audiences.each(),
    said: saidOfAudience,
  },
  journeys: {
    noun: 'journey',
    write: (definition) => writeJourney(definition as never),
    each: (client) => client.journeys.each(),
    said: saidOfJourney,
  },
};

/** What there is under a key. Throws HeddleError. */
export async function getHeld(client: Client, folder: Folder, key: string): Promise<Held> {
  const { body, etag } = await client.definitions.get<Stored>(folder, key);
  const said = await definitionKinds[folder].said(body as never, client);
  return { stored: body, definition: asFile(JSON.parse(JSON.stringify(said)) as JsonObject), etag };
}

/** The same, or nothing where there is none. */
export async function findHeld(client: Client, folder: Folder, key: string): Promise<Held | undefined> {
  try {
    return await getHeld(client, folder, key);
  } catch (error) {
    if (error instanceof HeddleError && error.status === 404) return undefined;
    throw error;
  }
}

const unsaid: JsonObject = { public: false, kind: 'live', enabled: true };

/** Without what holds anyway, so that two files which say the same are the same. */
export const asFile = (definition: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(definition).filter(([name, value]: [string, Json]) => unsaid[name] !== value));

/** Of one that is being prepared, what was saved last. */
function saidOfAudience({ key, kind, next, ...serving }: StoredAudience) {
  const { name, description, labels, public: isPublic, holdout, variables, rule } = next ?? serving;
  return { key, name, description, labels, kind, public: isPublic, holdout, variables, rule };
}

/** The draft, or what was published last. */
async function saidOfJourney({ key, draft }: StoredJourney, client: Client): Promise<object> {
  return draft ?? (await client.journeys.versions(key, { limit: 1 })).data[0]?.definition ?? { key };
}
