import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { AttachmentInput } from '../src/api/audiences/attach';
import { Mapping } from '../src/destinations/mapping.schema';
import { AudienceDefinition, Rule } from '../src/domain/audiences/rule.schema';
import { JourneyDefinition } from '../src/domain/journeys/journey.schema';
import { lintJourney } from '../src/domain/journeys/lint-journey';

const schemas: Readonly<Record<string, z.ZodType>> = {
  rule: Rule,
  audience: AudienceDefinition,
  journey: JourneyDefinition,
  mapping: Mapping,
  attachment: AttachmentInput,
};
const page = readFileSync(join(__dirname, '../docs/guides/definitions.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\S+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', kind = '', text = '']) => ({ language, kind, text }),
);

describe('docs/guides/definitions.md', () => {
  it('shows every kind of definition, and nothing that no schema reads', () => {
    expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(Object.keys(schemas)));
    expect(blocks.every(({ language }) => language === 'json')).toBe(true);
  });

  it.each(blocks.map(({ kind, text }) => [kind, text] as const))('has a valid %s', (kind, text) => {
    expect(schemas[kind]?.safeParse(JSON.parse(text)).error).toBeUndefined();
  });

  it.each(blocks.filter(({ kind }) => kind === 'journey'))('shows a journey that can be published', ({ text }) => {
    expect(lintJourney(JourneyDefinition.parse(JSON.parse(text)), {})).toEqual([]);
  });
});
