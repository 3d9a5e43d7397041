import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AttachmentInput } from '../src/api/audiences/attach';
import { DestinationInput } from '../src/api/destinations/save-destination';
import { SourceInput } from '../src/api/sources/save-source';
import { Mapping } from '../src/destinations/mapping.schema';
import { destinationTypes, findDestination } from '../src/destinations/registry';
import { AudienceDefinition, Rule } from '../src/domain/audiences/rule.schema';
import { JourneyDefinition } from '../src/domain/journeys/journey.schema';
import { lintJourney } from '../src/domain/journeys/lint-journey';
import { findSourceKind, sourceTypes } from '../src/sources/registry';

const source = SourceInput.transform((input, context) => {
  const type = findSourceKind(input.type);
  const parsed =
    type && z.object({ settings: type.settings, secrets: type.secrets }).safeParse({ secrets: {}, ...input });
  if (!parsed?.success) context.addIssue({ code: 'custom', message: parsed?.error.message ?? 'no such type' });
});

const schemas: Readonly<Record<string, z.ZodType>> = {
  source,
  rule: Rule,
  audience: AudienceDefinition,
  journey: JourneyDefinition,
  mapping: Mapping,
  attachment: AttachmentInput,
  destination: DestinationInput.transform((input, context) => {
    const type = findDestination(input.type);
    const parsed = type && z.object({ settings: type.settings, secrets: type.secrets }).safeParse(input);
    if (!parsed?.success) context.addIssue({ code: 'custom', message: parsed?.error.message ?? 'no such type' });
  }),
};

interface Block {
  readonly kind: string;
  readonly text: string;
}

function jsonOf(name: string): Block[] {
  const page = readFileSync(join(__dirname, '../docs/guides', name), 'utf8');
  return [...page.matchAll(/^```json ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({ kind, text }));
}

describe.each([
  ['definitions.md', ['rule', 'audience', 'attachment', 'journey', 'mapping']],
  ['destinations.md', ['destination', 'attachment', 'mapping']],
  ['pulled-sources.md', ['source']],
])('docs/guides/%s', (name, kinds) => {
  const blocks = jsonOf(name);

  it('shows every kind of definition it is about, and nothing that no schema reads', () => {
    expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it.each(blocks.map(({ kind, text }) => [kind, text] as const))('has a valid %s', (kind, text) => {
    expect(schemas[kind]?.safeParse(JSON.parse(text)).error).toBeUndefined();
  });
});

describe('docs/guides', () => {
  const journeys = jsonOf('definitions.md').filter(({ kind }) => kind === 'journey');

  it.each(journeys)('shows a journey that can be published', ({ text }) => {
    expect(lintJourney(JourneyDefinition.parse(JSON.parse(text)), {})).toEqual([]);
  });

  it('shows a source of every type that is asked', () => {
    const types = jsonOf('pulled-sources.md').map(({ text }) => (JSON.parse(text) as { readonly type: string }).type);
    expect(types).toEqual(sourceTypes.filter((type) => findSourceKind(type)?.isPulled));
  });

  it('shows a destination of every type', () => {
    const shown = jsonOf('destinations.md').filter(({ kind }) => kind === 'destination');
    const types = shown.map(({ text }) => (JSON.parse(text) as { readonly type: string }).type);
    expect(types).toEqual([...destinationTypes]);
  });
});
