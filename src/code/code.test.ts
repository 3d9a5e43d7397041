import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Rule } from '../domain/audiences/rule.schema';
import type { Step } from '../domain/journeys/journey.schema';
import type { Json, JsonObject } from '../domain/json';
import {
  contactedCondition,
  eventCondition,
  factRule,
  perCondition,
  ruleOver,
  sequenceCondition,
} from '../testing/rule-arbitraries';
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
const examples = ['examples', 'examples/demo'].flatMap((base) =>
  ['audiences', 'journeys', 'destinations'].flatMap((kind) =>
    readdirSync(join(root, base, kind))
      .filter((name) => name.endsWith('.json'))
      .map((name): [string, string] => [kind.slice(0, -1), join(base, kind, name)]),
  ),
);
const guides = readdirSync(join(root, 'docs/guides')).flatMap((page) =>
  [...readFileSync(join(root, 'docs/guides', page), 'utf8').matchAll(/^```json (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, kind = '', text = '']): [string, string, string] => [kind, page, text],
  ),
);

describe('the code of a definition', () => {
  it.each(examples)('makes the example again: %s %s', (kind, file) => {
    expectStable(kind, JSON.parse(readFileSync(join(root, file), 'utf8')) as Json);
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
    const code = codeOf(
      'journey',
      JSON.parse(readFileSync(join(root, 'examples/journeys/win-back.json'), 'utf8')) as Json,
    );
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
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  const id = fc.constantFrom(...keys, 'lost');
  const next = fc.option(id, { nil: undefined });
  const rule = ruleOver(
    fc.oneof<fc.Arbitrary<Rule>[]>(factRule, eventCondition, contactedCondition, perCondition, sequenceCondition),
  );
  const where = fc.constantFrom([{ property: 'a.b', is: 'in', value: ['x', 1] }], undefined);
  const trigger = fc.oneof(
    fc.record({
      event: fc.constantFrom('Order', "It's", '*'),
      where,
      match: fc.constantFrom({ 'properties.a': 'entry.properties.a' }, undefined),
    }),
    fc.record({ audience: fc.constant('vip'), edge: fc.constantFrom('entered', 'exited') }),
    fc.constant({ signal: 'approved' }),
  );
  const values = fc.dictionary(fc.constantFrom('a', '__proto__', 'with space', '1'), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  });
  const steps: { readonly [Type in Step['type']]: fc.Arbitrary<unknown> } = {
    wait: fc.record({
      for: fc.constant('2h'),
      next: id,
    }),
    'wait-for': fc.record({
      since: fc.constantFrom('entry', undefined),
      timeout: fc.constantFrom('2h', { at: 'traits.due', offset: '-1d' }),
      first: fc.array(fc.record({ on: trigger, next: id }), { minLength: 1, maxLength: 3 }),
      onTimeout: id,
    }),
    branch: fc.record({ cases: fc.array(fc.record({ if: rule, next: id }), { minLength: 1, maxLength: 3 }), else: id }),
    split: fc.record({
      experiment: fc.constant('x'),
      variants: fc.array(fc.record({ key: fc.constantFrom('a', 'b'), weight: fc.constant(50), next: id }), {
        minLength: 2,
        maxLength: 3,
      }),
      goal: fc.constantFrom('bought', undefined),
    }),
    send: fc.record({
      destination: fc.constant('crm'),
      mapping: fc.option(values, { nil: undefined }),
      onFailure: fc.constantFrom('exit', undefined),
      next,
    }),
    update: fc.record({ set: fc.option(values, { nil: undefined }), unset: fc.constantFrom(['a'], undefined), next }),
    emit: fc.record({ event: fc.constant('Told'), properties: fc.option(values, { nil: undefined }), next }),
    audience: fc.record({ audience: fc.constant('guests'), do: fc.constantFrom('add', 'remove'), next }),
    enroll: fc.record({ journey: fc.constant('other'), wait: fc.constantFrom(true, undefined), next }),
    exit: fc.record({ reason: fc.constantFrom('done', undefined) }),
  };
  const step = fc.oneof(
    ...Object.entries(steps).map(([type, arbitrary]) => arbitrary.map((fields) => ({ type, ...(fields as object) }))),
  );
  const journey = fc.record({
    key: fc.constantFrom('cart', '9-lives'),
    name: fc.string({ minLength: 1, unit: 'grapheme' }),
    description: fc.option(fc.string(), { nil: undefined }),
    labels: fc.constantFrom([], ['a', 'b'], undefined),
    entry: fc.record({
      on: fc.oneof(trigger, fc.constant({ api: true })),
      if: fc.option(rule, { nil: undefined }),
      key: fc.constantFrom('properties.a', undefined),
      per: fc.constantFrom('profile', 'household', undefined),
      recipient: fc.constantFrom('actor', undefined),
      reentry: fc.constantFrom({ again: '7d' }, undefined),
    }),
    exits: fc.option(
      fc.array(fc.record({ on: trigger, reason: fc.constantFrom('out', undefined) }), { maxLength: 2 }),
      { nil: undefined },
    ),
    updates: fc.option(fc.array(fc.record({ on: trigger, resumeAt: next }), { maxLength: 2 }), { nil: undefined }),
    goals: fc.option(
      fc.array(fc.record({ key: fc.constant('g'), on: trigger, within: fc.constant('7d') }), { maxLength: 2 }),
      { nil: undefined },
    ),
    purpose: fc.constantFrom('marketing', undefined),
    zone: fc.constantFrom('Europe/Berlin', undefined),
    start: id,
    steps: fc
      .uniqueArray(fc.tuple(fc.constantFrom(...keys), step), { selector: ([name]) => name, minLength: 1 })
      .map((all) => Object.fromEntries(all)),
  });
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
