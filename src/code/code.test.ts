import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Json, JsonObject } from '../domain/json';
import { examplesIn, findExample } from '../testing/examples';
import { anyRule as rule, journey } from '../testing/journey-arbitraries';
import * as builder from './builder';
import { writeAudience, writeComputedTrait, writeDestination, writeJourney } from './write/write-code';

/** What a file of code makes, as the command line would load it. */
function evaluate(code: string): Json {
  const names = (/import \{ (.*) \}/.exec(code)?.[1] ?? '').split(', ');
  const expression = code.slice(code.indexOf('export const definition = ') + 26).replace(/;\n$/, '');
  const words = names.map((name) => (builder as unknown as Record<string, unknown>)[name]);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the code is what is tested
  const made = new Function(...names, `return ${expression}`)(...words) as { toDefinition(): Json };
  return made.toDefinition();
}

const writers: Readonly<Record<string, (definition: never) => string>> = {
  journey: writeJourney,
  audience: writeAudience,
  destination: writeDestination,
  'computed-trait': writeComputedTrait,
};
const codeOf = (kind: string, definition: Json): string => (writers[kind] as (one: Json) => string)(definition);

/** Code makes the definition again, and is the same when it is written from that. */
function expectStable(kind: string, definition: Json): string {
  const code = codeOf(kind, definition);
  const made = evaluate(code);
  expect(made).toEqual(definition);
  expect(codeOf(kind, made)).toBe(code);
  return code;
}

const root = join(__dirname, '../..');
const examples = ['', 'demo'].flatMap((base) =>
  ['audiences', 'journeys', 'destinations'].flatMap((kind) =>
    examplesIn(join(base, kind)).map(([file, definition]) => [kind.slice(0, -1), file, definition] as const),
  ),
);
const guides = readdirSync(join(root, 'docs/guides')).flatMap((page) =>
  [...readFileSync(join(root, 'docs/guides', page), 'utf8').matchAll(/^```json (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, kind = '', text = '']): [string, string, string] => [kind, page, text],
  ),
);

describe('the code of a definition', () => {
  it.each(examples)('makes the example again: %s %s', (kind, _, definition) => {
    expectStable(kind, definition);
  });

  it.each(guides.filter(([kind]) => kind in writers && kind !== 'destination'))(
    'makes the %s of %s again',
    (kind, _, text) => {
      expectStable(kind, JSON.parse(text) as Json);
    },
  );

  it.each(guides.filter(([kind]) => kind === 'rule'))(
    'says the %s of %s in words, not as it stands',
    (_kind, _page, text) => {
      const code = expectStable('audience', { key: 'shown', name: 'Shown', rule: JSON.parse(text) as Json });
      expect(code).not.toMatch(/\.where\(\{/);
    },
  );

  it('names what people rest in, parts ways and brings them together again', () => {
    const code = codeOf('journey', findExample('journeys', 'win-back'));
    expect(code).toMatchInlineSnapshot(`
     "import { entered, event, flow, journey, on, otherwise } from 'heddle/code';

     export const definition = journey('win-back', 'Win-back')
       .describe(
         'An offer when somebody has not bought for 60 days; what follows depends on whether they come back within a week.',
       )
       .on(entered('inactive-60d'))
       .reentry({ again: '60d' })
       .goal(
         'came-back',
         event('Order Completed'),
         { within: '14d', value: 'properties.revenue', currency: 'properties.currency' },
       )
       .purpose('marketing')
       .send('crm', { mapping: { template: 'win-back-offer', discount: 15 } }).as('offer')
       .waitFor(
         { timeout: '7d' },
         on(event('Order Completed'), flow().exit('won-back').as('won-back')),
         on(
           event('Offer Clicked'),
           flow()
             .send('crm', { mapping: { template: 'offer-ends' } }).as('last-call')
             .exit('clicked').as('clicked'),
         ),
         otherwise(flow().exit('no-answer').as('no-answer')),
       ).as('response');
     "
    `);
  });
});

describe('any definition', () => {
  const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonObject;

  it('is written as code that makes it again, whatever leads where', () => {
    fc.assert(
      fc.property(journey, (one) => void expectStable('journey', asJson(one))),
      { numRuns: 300 },
    );
  });

  it('has its rules made again', () => {
    fc.assert(
      fc.property(rule, (one) => void expectStable('audience', asJson({ key: 'a', name: 'A', rule: one }))),
      { numRuns: 300 },
    );
  });
});
