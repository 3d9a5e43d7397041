import { explainRun, triggerText } from './explain-run';
import { JourneyDefinition } from './journey.schema';
import type { Enrollment } from './enrollment';

const noon = Date.UTC(2026, 2, 1, 12);
const definition = JourneyDefinition.parse({
  key: 'cart',
  name: 'Cart',
  entry: { on: { event: 'Cart Started' } },
  exits: [{ on: { audience: 'vip', edge: 'entered' } }],
  start: 'settle',
  steps: {
    settle: { type: 'wait', for: '2h', next: 'listen' },
    morning: { type: 'wait', until: { time: '09:00', days: ['mon'] }, next: 'listen' },
    trial: { type: 'wait', until: { at: 'traits.trial_ends_at', offset: '-3d' }, next: 'listen' },
    hours: { type: 'wait', window: { from: '09:00', to: '17:00' }, next: 'listen' },
    listen: {
      type: 'wait-for',
      first: [
        { on: { event: 'Order Completed', match: { 'properties.cart_id': 'entry.properties.cart_id' } }, next: 'done' },
        { on: { signal: 'approved' }, next: 'remind' },
      ],
      timeout: '24h',
      onTimeout: 'last-call',
    },
    remind: { type: 'send', destination: 'crm', next: 'other' },
    'last-call': { type: 'send', destination: 'sms', next: 'mark' },
    mark: { type: 'update', set: { called: true }, next: 'other' },
    other: { type: 'enroll', journey: 'win-back', wait: true, next: 'done' },
    hero: { type: 'personalise', slot: 'hero', content: { text: 'Hello' }, for: '2d' },
    done: { type: 'exit' },
  },
});
const at = (step: string, of: Partial<Enrollment> = {}) =>
  ({ status: 'active', step, dueAt: noon, waitingFor: [], path: [], ...of }) as unknown as Enrollment;
const held = (step: string, reason: string) => ({ step, status: 'held' as const, reason });

describe('why somebody is where they are', () => {
  const rows: readonly (readonly [Enrollment, string])[] = [
    [at('settle'), 'waits 2h until 2026-03-01 12:00:00 UTC; then listen'],
    [at('morning'), 'waits for 09:00 on mon until 2026-03-01 12:00:00 UTC; then listen'],
    [
      at('trial', { waitsUntil: noon + 60_000 }),
      'waits for traits.trial_ends_at -3d until 2026-03-01 12:01:00 UTC; then listen',
    ],
    [at('hours'), 'waits for the hours from 09:00 to 17:00 until 2026-03-01 12:00:00 UTC; then listen'],
    [
      at('listen'),
      'waits for Order Completed with cart_id that of the entry (then done) or signal approved (then remind) until 2026-03-01 12:00:00 UTC; then last-call',
    ],
    [at('remind'), 'is about to make the send to crm; looks again by 2026-03-01 12:00:00 UTC'],
    [
      at('remind', { pause: 'kept' }),
      'is kept before the send to crm: the journey is paused, or its turn is yet to come',
    ],
    [
      at('remind', { sending: { key: 'key', at: noon } }),
      'is at the send to crm: an attempt is under way, or nobody has heard of it again',
    ],
    [at('mark', { waitingFor: ['key'] }), 'is at mark (update), and waits for what it has recorded to be applied'],
    [at('other'), 'waits for the end of its run of win-back; then done'],
    [at('hero'), 'shows content in hero until 2026-03-01 12:00:00 UTC; then the end'],
    [at('gone'), 'is at gone, which its version does not have'],
    [
      at('listen', { status: 'exited', reason: 'became-vip', exitRule: 0, endedAt: noon }),
      'exited at listen on 2026-03-01 12:00:00 UTC, by vip entered: became-vip',
    ],
    [at('settle', { status: 'failed', reason: 'visit-limit' }), 'failed at settle: visit-limit'],
  ];
  it.each(rows.map(([run, sentence]) => ({ run, sentence })))('$sentence', ({ run, sentence }) => {
    expect(explainRun({ definition, run })).toBe(sentence);
  });

  it('says what keeps a send, by the delivery of this step and no other', () => {
    const run = at('last-call');
    expect(explainRun({ definition, run, delivery: held('last-call', 'quiet-hours') })).toBe(
      'is at the send to sms, which is held (quiet-hours); looks again by 2026-03-01 12:00:00 UTC',
    );
    expect(explainRun({ definition, run, delivery: held('remind', 'quiet-hours') })).toContain('is about to make');
    const resting = at('last-call', { sending: { key: 'key', at: noon, isResting: true } });
    expect(explainRun({ definition, run: resting, delivery: held('last-call', 'quiet-hours') })).toBe(
      'is at the send to sms, which may have arrived, and is held (quiet-hours); looks again by 2026-03-01 12:00:00 UTC',
    );
  });

  it('shows what ties an event to the run, and no value', () => {
    const match = { 'properties.id': 'steps.listen.event.properties.id', 'properties.a': 'entry.properties.b' };
    const where = [{ property: 'email', is: 'equals' as const, value: 'ada@example.com' }];
    expect(triggerText({ event: 'Paid', match, where })).toBe(
      'Paid with id that of listen and a that at entry.properties.b and email equals …',
    );
  });
});
