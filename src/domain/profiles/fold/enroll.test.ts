import { aFold, anEvent, aProfile, aRuleset, noon } from '../../../testing/builders';
import { enrollEvent, type Enroller } from '../../events/enroll';
import type { JourneyDefinition } from '../../journeys/journey.schema';
import type { ChangeSet } from '../change-set';
import type { Profile } from '../profile';
import { foldEvents } from './fold';

const end = { start: 'end', steps: { end: { type: 'exit' } } } as const;
const byApi: JourneyDefinition = {
  ...{ key: 'welcome', name: 'Welcome', ...end },
  entry: { on: { api: true }, key: 'properties.order', reentry: { again: 'always' } },
};
const byEvent: JourneyDefinition = { key: 'cart', name: 'Cart', entry: { on: { event: 'Cart Started' } }, ...end };

const ada = aProfile('prf_1', { seq: 1, identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }] });

let asks = 0;
const ask = (journey: string, by: Enroller = 'api', properties = {}) =>
  enrollEvent(
    { id: `a${(asks += 1)}`, journey, by, properties, source: 'console' },
    { type: 'user_id', value: 'u1' },
    noon,
  );

function fold(events: ReturnType<typeof ask>[], of: Partial<Profile> = {}): ChangeSet {
  const ruleset = aRuleset({ journeys: [byApi, byEvent] });
  const outcome = foldEvents(aFold({ ruleset, profiles: [{ ...ada, ...of }], events }));
  if (!outcome.done) throw new Error('The fold asked for stored events.');
  return outcome.changes;
}
const answers = (set: ChangeSet) => set.applied.map(({ began, notBegun }) => (began ? 'began' : notBegun));

describe('a journey that is asked for', () => {
  it('begins with the given properties, and the event says which run it began', () => {
    const set = fold([ask('welcome', 'api', { order: 'o1', total: 5 })]);
    const [run] = set.enrollments;
    expect(run?.enrollment).toMatchObject({
      journey: 'welcome',
      entryKey: 'o1',
      entry: { name: 'heddle:enroll', properties: { order: 'o1', total: 5 } },
    });
    expect(set.applied).toMatchObject([{ began: run?.enrollment.id }]);
  });

  it.each<[string, ReturnType<typeof ask>[], readonly (string | undefined)[]]>([
    [
      'runs of two keys',
      [ask('welcome', 'api', { order: 1 }), ask('welcome', 'api', { order: 2 })],
      ['began', 'began'],
    ],
    [
      'one run of a key',
      [ask('welcome', 'api', { order: 1 }), ask('welcome', 'api', { order: 1 })],
      ['began', 'already-inside'],
    ],
    ['nothing without the key', [ask('welcome')], ['no-key']],
    ['nothing where no such journey is published', [ask('none')], ['not-published']],
    ['nothing by the API where an event is the entry', [ask('cart')], ['not-by-api']],
    ['what a step asks for, whatever the entry', [ask('cart', 'step')], ['began']],
    [
      'what an operation asks for, unless they are inside',
      [ask('cart', 'enrol-existing'), ask('cart', 'enrol-existing')],
      ['began', 'already-inside'],
    ],
  ])('has %s', (_, events, expected) => {
    const set = fold(events);
    expect(answers(set)).toEqual(expected);
    expect(set.enrollments).toHaveLength(expected.filter((one) => one === 'began').length);
  });

  it('begins for nobody who is restricted', () => {
    expect(answers(fold([ask('cart', 'step')], { restrictedAt: noon }))).toEqual(['restricted']);
  });

  it('is not begun by an event that a journey by the API has the name of', () => {
    expect(fold([anEvent({ name: 'welcome', by: { user_id: 'u1' } })]).enrollments).toEqual([]);
  });
});
