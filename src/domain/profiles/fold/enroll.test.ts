import { aFold, anEvent, aProfile, aRuleset, noon } from '../../../testing/builders';
import { enrollEvent, type Enroller } from '../../events/enroll';
import type { Enrollment } from '../../journeys/enrollment';
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

const restart = { again: 'always', whileInside: 'restart' } as const;
const ada = aProfile('prf_1', { seq: 1, identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: noon }] });

let asks = 0;
const ask = (journey: string, by: Enroller = 'api', properties = {}) =>
  enrollEvent(
    { id: `a${(asks += 1)}`, journey, by, properties, source: 'console' },
    { type: 'user_id', value: 'u1' },
    noon,
  );

function fold(
  events: ReturnType<typeof ask>[],
  of: Partial<Profile> = {},
  journeys = [byApi, byEvent],
  enrollments: Enrollment[] = [],
): ChangeSet {
  const ruleset = aRuleset({ journeys });
  const outcome = foldEvents(aFold({ ruleset, profiles: [{ ...ada, ...of }], events, enrollments }));
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

  it('ends the run in whose place it begins, in the same change', () => {
    const anew: JourneyDefinition = { ...byEvent, entry: { on: { api: true }, reentry: restart } };
    const first = fold([ask('cart')], {}, [anew]).enrollments.map(({ enrollment }) => enrollment);
    const known = first.map((run) => ({ ...run, status: 'active' as const }));
    const set = fold([ask('cart')], { hasEnrollments: true, seq: 7 }, [anew], known);
    expect(set.enrollments.map(({ enrollment: { status, reason } }) => reason ?? status)).toEqual([
      'restarted',
      'starting',
    ]);
    expect(set.enrollments[0]).toMatchObject({ readRev: 1, enrollment: { id: known[0]?.id, rev: 2 } });
    expect(set.outbox.map(({ kind }) => kind).sort()).toEqual(['start-enrollment', 'wake']);
  });

  it('begins for nobody who is restricted', () => {
    expect(answers(fold([ask('cart', 'step')], { restrictedAt: noon }))).toEqual(['restricted']);
  });

  it('is not begun by an event that a journey by the API has the name of', () => {
    expect(fold([anEvent({ name: 'welcome', by: { user_id: 'u1' } })]).enrollments).toEqual([]);
  });
});
