import { RowMapping } from './row-mapping.schema';
import { suggestMapping } from './suggest-mapping';

const id = { to: 'identifier', type: 'user_id' };
const manyTraits = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, n]));
const problemsOf = (mapping: object): string[] =>
  RowMapping.safeParse(mapping).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('a mapping', () => {
  it.each<[string, object, RegExp]>([
    ['no identifier', { columns: { plan: { to: 'trait' } } }, /columns: No column is an identifier/],
    [
      'one trait from two columns',
      { columns: { id, a: { to: 'trait', name: 'b' }, b: { to: 'trait' } } },
      /columns.b: "a"/,
    ],
    ['two times', { columns: { id, a: { to: 'occurredAt' }, b: { to: 'occurredAt' } } }, /columns.b: "a"/],
    ['a track without an event', { type: 'track', columns: { id } }, /constants.event: /],
    ['a group without an id', { type: 'group', columns: { id } }, /constants.groupId: /],
    [
      'traits of a track',
      { type: 'track', columns: { id, a: { to: 'trait' } }, constants: { event: 'x' } },
      /changes no traits/,
    ],
    ['properties of an identify', { columns: { id }, unmapped: 'property' }, /write "trait"/],
    ['a zone that is none', { columns: { id, a: { to: 'trait', as: { instant: 'iso', zone: 'Mars' } } } }, /columns.a/],
    [
      'a hundred and one constants',
      { columns: { id }, constants: { traits: manyTraits(101) } },
      /constants: What every row says/,
    ],
    ['a long constant', { columns: { id }, constants: { traits: { a: 'x'.repeat(32_768) } } }, /constants: What every/],
    ['an unknown word', { columns: { id }, bom: true }, /bom/],
  ])('with %s is refused where it is wrong', (_what, mapping, problem) => {
    expect(problemsOf(mapping)).toEqual([expect.stringMatching(problem)]);
  });

  it('says what it does where nothing is said', () => {
    expect(RowMapping.parse({ columns: { id } })).toEqual({
      type: 'identify',
      columns: { id },
      constants: {},
      blank: 'keep',
      null: 'clear',
      nulls: [],
      unmapped: 'ignore',
      trim: true,
    });
  });
});

describe('a suggested mapping', () => {
  it('takes identifiers by their usual names and the rest for traits', () => {
    expect(suggestMapping(['Customer ID', 'E-Mail', 'age', 'id'])?.columns).toEqual({
      'Customer ID': { to: 'identifier', type: 'user_id' },
      'E-Mail': [
        { to: 'identifier', type: 'email' },
        { to: 'trait', name: 'email' },
      ],
      age: { to: 'trait' },
      id: { to: 'trait' },
    });
  });

  it('takes rows with an event for tracks, with their time and id', () => {
    expect(suggestMapping(['userId', 'event', 'timestamp', 'messageId', 'revenue'])).toMatchObject({
      type: 'track',
      columns: {
        userId: { to: 'identifier', type: 'user_id' },
        event: { to: 'event' },
        timestamp: { to: 'occurredAt' },
        messageId: { to: 'messageId' },
        revenue: { to: 'property' },
      },
    });
  });

  it('is none where no column names a person', () => {
    expect(suggestMapping(['sku', 'price'])).toBeUndefined();
  });
});
