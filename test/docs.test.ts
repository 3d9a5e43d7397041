import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AttachmentInput } from '../src/api/audiences/attach';
import { PublishPreviewBody } from '../src/api/journeys/presenter';
import { PublishInput, ResumeInput } from '../src/api/journeys/publish-input';
import { ImportInput } from '../src/api/imports/presenter';
import { DestinationInput } from '../src/destinations/destination-input.schema';
import { SourceInput } from '../src/sources/source-input.schema';
import { Mapping } from '../src/destinations/mapping.schema';
import { destinationTypes, findDestination } from '../src/destinations/registry';
import { ComputedTraitDefinition } from '../src/domain/audiences/computed/computed-trait.schema';
import { AudienceDefinition, Rule } from '../src/domain/audiences/rule.schema';
import { parseEvent } from '../src/domain/events/parse-event';
import type { Translate } from '../src/domain/events/translation';
import { translateCloudEvent } from '../src/domain/events/vocabularies/cloud-event';
import { translateEngagement } from '../src/domain/events/vocabularies/engagement';
import { translateFact } from '../src/domain/events/vocabularies/fact';
import { ga4Events } from '../src/domain/events/vocabularies/ga4-ecommerce';
import { translateIdentityMapping } from '../src/domain/events/vocabularies/identity-mapping';
import { readMeasurements, translateMeasurement } from '../src/domain/events/vocabularies/measurement-protocol';
import { SendingPolicy } from '../src/domain/delivery/sending-policy.schema';
import { IdentityPolicy } from '../src/domain/identity/identity-policy.schema';
import { JourneyDefinition } from '../src/domain/journeys/journey.schema';
import { lintJourney } from '../src/domain/journeys/lint-journey';
import { TrackingPlan } from '../src/domain/tracking-plan/plan.schema';
import type { Json } from '../src/domain/json';
import { findSourceKind, sourceTypes } from '../src/sources/registry';
import { door } from './doc-examples';

/** Passes for what an item of a vocabulary becomes at the door. */
const readBy = (translate: Translate): z.ZodType =>
  z.unknown().superRefine((item, context) => {
    const translated = translate(item);
    const parsed = 'raw' in translated ? parseEvent(translated.raw, door) : translated;
    if ('rejection' in parsed) context.addIssue({ code: 'custom', message: parsed.rejection.message });
  });

const schemas: Readonly<Record<string, z.ZodType>> = {
  rule: Rule,
  audience: AudienceDefinition,
  'computed-trait': ComputedTraitDefinition,
  journey: JourneyDefinition,
  mapping: Mapping,
  attachment: AttachmentInput,
  import: ImportInput,
  'tracking-plan': TrackingPlan,
  destination: DestinationInput.transform((input, context) => {
    const type = findDestination(input.type);
    const parsed = type && z.object({ settings: type.settings, secrets: type.secrets }).safeParse(input);
    if (!parsed?.success) context.addIssue({ code: 'custom', message: parsed?.error.message ?? 'no such type' });
  }),
  source: SourceInput.transform(({ type, settings, secrets = {} }, context) => {
    const kind = findSourceKind(type);
    const parsed =
      kind && z.object({ settings: kind.settings, secrets: kind.secrets }).safeParse({ settings, secrets });
    if (!parsed?.success) context.addIssue({ code: 'custom', message: parsed?.error.message ?? 'no such type' });
  }),
  engagement: readBy(translateEngagement),
  fact: readBy(translateFact),
  'identity-mapping': readBy(translateIdentityMapping),
  'publish-preview': PublishPreviewBody,
  publish: PublishInput,
  resume: ResumeInput,
  identify: readBy((item) => ({ raw: { type: 'identify', ...(item as object) } })),
  cloudevent: readBy(translateCloudEvent),
  event: readBy((item) => ({ raw: { type: 'track', event: 'Viewed', userId: 'u1', ...(item as object) } })),
  'identity-policy': IdentityPolicy,
  'sending-policy': SendingPolicy,
  measurement: z
    .unknown()
    .transform((body): unknown => readMeasurements(body as Json))
    .pipe(z.array(readBy(translateMeasurement))),
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
  ['waits.md', ['journey', 'rule']],
  ['journey-versions.md', ['publish-preview', 'publish', 'resume']],
  ['trust.md', ['tracking-plan']],
  ['destinations.md', ['destination', 'attachment', 'mapping']],
  ['sources.md', ['source']],
  ['vocabularies.md', ['engagement', 'fact', 'identity-mapping', 'identify', 'cloudevent', 'measurement']],
  ['imports.md', ['import']],
  ['audiences.md', ['import']],
  ['holdout.md', ['audience', 'journey']],
  ['experiments.md', ['journey']],
  ['computed-traits.md', ['computed-trait', 'rule', 'mapping', 'audience']],
  ['identity-policy.md', ['identity-policy', 'event']],
  ['sending-policies.md', ['sending-policy', 'journey']],
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
  const journeys = ['definitions.md', 'waits.md'].flatMap(jsonOf).filter(({ kind }) => kind === 'journey');

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

  it('shows a source of every type that sends by itself', () => {
    const shown = jsonOf('sources.md').map(({ text }) => (JSON.parse(text) as { readonly type: string }).type);
    const receiving = sourceTypes.filter((type) => findSourceKind(type)?.receiver);
    expect(shown).toEqual(expect.arrayContaining(receiving));
  });

  it('names every finding of the linter, and no other', () => {
    const folder = join(__dirname, '../src/domain/journeys');
    const files = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((name) => name.endsWith('.ts'));
    const paths = [...files.map((name) => join(folder, name)), join(__dirname, '../src/api/journeys/lint-draft.ts')];
    const isTest = (path: string): boolean => path.endsWith('.test.ts');
    const read = (path: string): string => readFileSync(path, 'utf8');
    const made = paths
      .filter((path) => !isTest(path))
      .flatMap((path) => [...read(path).matchAll(/\b(?:error|warning)\(\s*'(\w+)'/g)].map(([, code]) => code));
    const page = read(join(__dirname, '../docs/guides/linter.md'));
    const named = [...page.matchAll(/`([a-z]+_\w+)`/g)].map(([, code]) => code);
    expect(named).toEqual(expect.arrayContaining(made));
    // That something never happens is put together of two words; the finding of a computed trait is made by audiences.
    const text = [...paths, join(__dirname, '../src/domain/audiences/computed/check-computed.ts')].map(read).join('\n');
    expect(named.filter((code = '') => !code.endsWith('_never') && !text.includes(`'${code}'`))).toEqual([]);
  });

  it("has every name of GA4's in the table of vocabularies", () => {
    const [, page = ''] = readFileSync(join(__dirname, '../docs/guides/vocabularies.md'), 'utf8').split('\n## GA4\n');
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (?:a )?`([\w ]+)` +\|$/gm)].map(([, name, event]) => [name, event]);
    const known = Object.entries(ga4Events).map(([name, { event, kind }]) => [name, event ?? kind]);
    expect(rows).toEqual(known);
  });
});
