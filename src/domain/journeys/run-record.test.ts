import { whereParted } from './compare-run';
import { recordedEvents, scrub, wordsOf } from './run-record';

const definition = {
  entry: { on: { event: 'Cart Started' }, key: 'properties.cart_id' },
  steps: { which: { type: 'branch', cases: [{ if: { trait: 'tier', is: 'in', value: ['gold', 'silver'] } }] } },
  until: { at: 'traits.trial_ends_at' },
};
const hash = (text: string): string => `#${text.length}`;
const scrubbing = { ...wordsOf(definition), hash };

describe('what a record says of a person', () => {
  it('is what the journey reads: numbers, truth, dates and texts that it names; of other texts the hash', () => {
    const traits = {
      tier: 'gold',
      trial_ends_at: '2026-03-01',
      cart_id: 'Lovelace',
      is: true,
      key: 3,
      first_name: 'Ada',
    };
    expect(scrub(traits, scrubbing)).toEqual({
      tier: 'gold',
      trial_ends_at: '2026-03-01',
      cart_id: '#8',
      is: true,
      key: 3,
    });
    expect(scrub({ at: [{ key: 'Ada', name: 'Ada' }] }, scrubbing)).toEqual({ at: [{ key: '#3' }] });
    expect(scrub({ key: 'ada@example.com' }, { ...wordsOf({ key: 'ada@example.com' }), hash })).toEqual({ key: '#15' });
  });

  it('is no name of a person that reads like a zone, and no address in the name of an event', () => {
    expect(scrub({ key: 'Anna/Schmidt', at: 'Europe/Berlin' }, scrubbing)).toEqual({ key: '#12', at: 'Europe/Berlin' });
    const invited = { receivedAt: 0, properties: {}, traits: {}, source: 'shop', kind: 'track' as const };
    const any = { ...wordsOf(definition, { event: '*' }), hash };
    expect(recordedEvents([{ ...invited, name: 'Invited ada@example.com' }], 'cart', any)).toMatchObject([
      { event: '#23' },
    ]);
  });

  it('has the texts themselves for whoever may see them', () => {
    expect(scrub({ cart_id: 'Lovelace', first_name: 'Ada' }, { ...scrubbing, hash: undefined })).toEqual({
      cart_id: 'Lovelace',
    });
  });

  it('is of events that the journey names and of traits that it reads, and of nothing that the run said itself', () => {
    const of = { receivedAt: 0, properties: { cart_id: 'c' }, traits: {}, source: 'shop' };
    const events = [
      { ...of, kind: 'track' as const, name: 'Cart Started' },
      { ...of, kind: 'track' as const, name: 'Page Scrolled' },
      { ...of, kind: 'identify' as const, name: 'identify', traits: { tier: 'gold' } },
      { ...of, kind: 'identify' as const, name: 'identify', traits: { first_name: 'Ada' } },
      { ...of, kind: 'track' as const, name: 'Cart Started', source: 'journey:cart' },
      { ...of, kind: 'track' as const, name: 'heddle:contacted' },
    ];
    const timestamp = '1970-01-01T00:00:00.000Z';
    expect(recordedEvents(events, 'cart', scrubbing)).toEqual([
      { type: 'track', userId: 'person', timestamp, event: 'Cart Started', properties: { cart_id: '#1' } },
      { type: 'identify', userId: 'person', timestamp, traits: { tier: 'gold' } },
    ]);
  });
});

describe('where a replay parted', () => {
  const step = (id: string, outcome?: string) => ({
    step: id,
    visit: 1,
    at: '',
    ...(outcome !== undefined && { outcome }),
  });
  const sent = { step: 'remind', destination: 'crm', status: 'delivered', at: '' };
  const lived = {
    steps: [step('settle', 'waited'), step('remind', 'delivered'), step('done', 'completed')],
    sends: [sent],
    end: { status: 'completed', step: 'done', reason: 'completed' },
  };
  const again = { path: lived.steps, sends: lived.sends, end: lived.end };
  it.each([
    ['nowhere', {}, undefined],
    [
      'at a step',
      { path: [step('settle', 'waited'), step('other')] },
      'After settle the run came to remind, and now comes to other.',
    ],
    [
      'at how it was left',
      { path: [step('settle', 'no-date')] },
      'At settle (visit 1) the run left by waited, and now by no-date.',
    ],
    [
      'before its end',
      { path: lived.steps.slice(0, 2) },
      'After remind the run came to done, and now comes to its end.',
    ],
    ['at a send', { sends: [] }, 'Send 1 was remind to crm, and now is none.'],
    ['at one more send', { sends: [sent, sent] }, 'Send 2 was none, and now is remind to crm.'],
    [
      'at the end',
      { end: { status: 'exited', step: 'done' } },
      'The run was completed at done: completed, and now is exited at done.',
    ],
  ])('%s', (_, of, sentence) => expect(whereParted(lived, { ...again, ...of })).toBe(sentence));

  it('is not at a send that the world kept: a replay cannot know that', () => {
    const steps = [step('remind', 'withheld'), step('done', 'completed')];
    expect(
      whereParted({ ...lived, steps }, { ...again, path: [step('remind', 'delivered'), step('done', 'completed')] }),
    ).toBeUndefined();
  });
});
