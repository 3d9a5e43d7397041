import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { AudienceDefinition } from '../../src/domain/audiences/rule.schema';
import { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import { lintJourney } from '../../src/domain/journeys/lint-journey';
import { readAudienceFacts, readDemoDefinitions } from '../../src/cli/dev/demo-files';
import { examplesDir, readFacts } from '../../src/cli/dev/sample-data';

const { audiences, attachments, destinations, journeys } = readDemoDefinitions();
const keysOf = (definitions: readonly { readonly key: string }[]) => new Set(definitions.map(({ key }) => key));

describe('the definitions of the demo', () => {
  it.each(audiences.map((audience) => [audience.key, audience] as const))('audience %s is valid', (_, audience) => {
    expect(AudienceDefinition.safeParse(audience).error).toBeUndefined();
  });

  it.each(journeys.map((journey) => [journey.key, journey] as const))(
    'journey %s is valid with its waits shortened, and nothing stands in the way of publishing it',
    (_, journey) => {
      expect(JourneyDefinition.safeParse(journey).error).toBeUndefined();
      expect(lintJourney(journey, { audiences: keysOf(audiences), destinations: keysOf(destinations) })).toEqual([]);
    },
  );

  it('waits at most half a minute, so that one can watch', () => {
    const waits = journeys.flatMap(({ steps }) =>
      Object.values(steps).flatMap((step) =>
        step.type === 'wait' ? step.for : step.type === 'wait-for' ? step.timeout : [],
      ),
    );
    expect(waits.sort()).toEqual(['20s', '5s', '8s']);
  });

  it('attaches audiences that exist to destinations that exist', () => {
    expect([...keysOf(audiences)]).toEqual(expect.arrayContaining(attachments.map(({ audience }) => audience)));
    expect([...keysOf(destinations)]).toEqual(
      expect.arrayContaining(attachments.map(({ destination }) => destination)),
    );
  });

  it.each([
    ['audiences', audiences],
    ['journeys', journeys],
  ])('shares no key of its %s with the examples, which people put beside it', (kind, definitions) => {
    const examples = readdirSync(join(examplesDir, kind)).map((name) => parse(name).name);
    expect(examples).not.toEqual([]);
    expect(examples.filter((key) => keysOf(definitions).has(key))).toEqual([]);
  });

  it.each(readAudienceFacts())('checks $audience against the published fact $fact', ({ audience, fact }) => {
    expect(keysOf(audiences)).toContain(audience);
    expect(readFacts().get(fact)).toEqual(expect.any(Number));
  });
});
