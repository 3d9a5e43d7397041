import { compileJourney, type JourneyStatus } from './compiled-journey';
import { JourneyDefinition } from './journey.schema';
import { journeysNaming, referencesOf } from './references-of';

const journey = (of: object = {}): JourneyDefinition =>
  JourneyDefinition.parse({
    key: 'j',
    name: 'J',
    entry: { on: { event: 'Started' } },
    start: 'end',
    steps: { end: { type: 'exit' } },
    ...of,
  });
const edge = { audience: 'vip', edge: 'entered' };
const rule = { any: [{ trait: 'tier', is: 'set' }, { not: { all: [{ audience: 'vip' }] } }] };
const steps = (step: object) => ({ steps: { end: { type: 'exit' }, other: step } });

describe('referencesOf', () => {
  it.each<[string, object]>([
    ['the entry', { entry: { on: edge } }],
    ['the condition of the entry', { entry: { on: { event: 'Started' }, if: rule } }],
    ['an exit', { exits: [{ on: { event: 'Left' } }, { on: edge }] }],
    ['a goal', { goals: [{ key: 'g', on: edge, within: '7d' }] }],
    ['a case of a branch', steps({ type: 'branch', cases: [{ if: rule, next: 'end' }], else: 'end' })],
    [
      'a trigger of a wait',
      steps({ type: 'wait-for', timeout: '1h', first: [{ on: edge, next: 'end' }], onTimeout: 'end' }),
    ],
  ])('finds the audience that %s names', (_where, of) => {
    expect([...referencesOf(journey(of)).audiences]).toEqual(['vip']);
  });

  const branch = (of: object) => steps({ type: 'branch', cases: [{ if: of, next: 'end' }], else: 'end' });
  const from = { from: 'computed.spend' };

  it.each<[string, object]>([
    ['the condition of the entry', { entry: { on: edge, if: { path: 'computed.spend', is: 'set' } } }],
    ['what a branch compares with', branch({ trait: 'spend', is: 'at_least', value: from })],
    ['a test of events', branch({ event: 'Ordered', where: [{ property: 'total', is: 'at_least', value: from }] })],
    ['what events are counted to', branch({ event: 'Ordered', count: { is: 'at_least', value: from } })],
    ['an update', steps({ type: 'update', set: { spent: from } })],
  ])('finds the computed trait that %s reads', (_where, of) => {
    expect([...referencesOf(journey(of)).computed]).toEqual(['spend']);
  });

  it('finds the destinations of sends, each once', () => {
    const send = { type: 'send', destination: 'crm' };
    const { destinations, audiences } = referencesOf(journey({ steps: { end: send, again: send } }));
    expect([[...destinations], [...audiences]]).toEqual([['crm'], []]);
  });
});

describe('journeysNaming', () => {
  const version = (key: string, number: number, status: JourneyStatus, of: object = { entry: { on: edge } }) =>
    compileJourney(journey({ key, ...of }), number, status);

  it.each<[JourneyStatus, string[]]>([
    ['published', ['j']],
    ['paused', ['j']],
    ['archived', []],
    ['draft', []],
  ])('when it is %s, answers %j', (status, keys) => {
    expect(journeysNaming([version('j', 1, status)], 'audiences', 'vip')).toEqual(keys);
  });

  it('goes by the newest version, in whatever order they come', () => {
    const versions = [version('b', 2, 'published'), version('b', 1, 'published', {}), version('a', 1, 'published')];
    const without = [version('c', 2, 'published', {}), version('c', 1, 'published')];
    expect(journeysNaming([...versions, ...without], 'audiences', 'vip')).toEqual(['a', 'b']);
  });
});
