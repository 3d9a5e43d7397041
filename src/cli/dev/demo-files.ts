import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachmentInput, AudienceDefinition, DestinationDefinition, JourneyDefinition } from '../../client/types';
import { examplesDir } from './sample-data';
import { shortenWaits } from './shorten-waits';

export type Keyed<Definition> = Definition & { readonly key: string };
export type DemoAttachment = AttachmentInput & { readonly audience: string; readonly destination: string };

export interface DemoDefinitions {
  readonly destinations: readonly Keyed<DestinationDefinition>[];
  readonly audiences: readonly Keyed<AudienceDefinition>[];
  readonly attachments: readonly DemoAttachment[];
  readonly journeys: readonly Keyed<JourneyDefinition>[];
}

/** In the demo a day passes in two minutes: the waits in the files are those one would really use. */
export const demoPace = 720;

const demoDir = join(examplesDir, 'demo');

/** `examples/demo/` as it is put to the server, with the waits of its journeys shortened. */
export function readDemoDefinitions(): DemoDefinitions {
  return {
    destinations: readFolder('destinations'),
    audiences: readFolder('audiences'),
    attachments: readFile<DemoAttachment[]>('attachments.json'),
    journeys: readFolder<Keyed<JourneyDefinition>>('journeys').map((journey) => shortenWaits(journey, demoPace)),
  };
}

/** A fact of the sample data that an audience must reproduce; some need all of the data. */
export interface AudienceFact {
  readonly audience: string;
  readonly fact: string;
  readonly of?: 'whole-history';
}

export const readAudienceFacts = () => readFile<AudienceFact[]>('facts.json');

function readFolder<Definition>(folder: string): Definition[] {
  const names = readdirSync(join(demoDir, folder)).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => readFile<Definition>(join(folder, name)));
}

const readFile = <Content>(name: string) => JSON.parse(readFileSync(join(demoDir, name), 'utf8')) as Content;
