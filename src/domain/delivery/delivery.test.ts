import { canMove, deliveryStatuses, isFinal, settle, transitions, type DeliveryStatus } from './delivery';
import type { AttemptOutcome, SendResult } from './item-result';

const now = 1_000_000;
const result = (index: number, kind: AttemptOutcome, more: Partial<SendResult> = {}): SendResult => ({
  index,
  kind,
  code: `code-${kind}`,
  message: 'A sentence.',
  ...more,
});
const settling = { now, chance: 0.5, attemptsOf: () => 0 };

describe('settle', () => {
  it.each<[AttemptOutcome, object]>([
    ['ok', { status: 'delivered' }],
    ['invalid', { status: 'rejected', code: 'code-invalid' }],
    ['auth', { status: 'held', reason: 'auth' }],
    ['throttled', { status: 'retrying', code: 'code-throttled', nextAttemptAt: now + 500 }],
    ['transient', { status: 'retrying', code: 'code-transient', nextAttemptAt: now + 500 }],
    ['ambiguous', { status: 'retrying', code: 'code-ambiguous', nextAttemptAt: now + 500 }],
    ['unclear', { status: 'retrying', code: 'code-unclear', nextAttemptAt: now + 500 }],
  ])('makes of %s %j', (kind, state) => {
    const one = result(4, kind);
    expect(settle([one], settling).items).toEqual([{ result: one, state }]);
  });

  it('waits longer after every attempt, half an hour at most, and never gives up', () => {
    const waits = [0, 1, 4, 1_000].map((attempts) => {
      const [item] = settle([result(0, 'transient')], { ...settling, attemptsOf: () => attempts }).items;
      return item?.state.status === 'retrying' ? item.state.nextAttemptAt - now : undefined;
    });
    expect(waits).toEqual([500, 1_000, 8_000, 900_000]);
  });

  it('waits as long as the vendor asks', () => {
    const [item] = settle([result(0, 'throttled', { retryAfterMs: 30_000 })], settling).items;
    expect(item?.state).toMatchObject({ nextAttemptAt: now + 30_500 });
  });

  it('pauses the destination when it refuses access, and for nothing else', () => {
    expect(settle([result(0, 'ok'), result(1, 'auth')], settling).pause).toEqual({
      code: 'code-auth',
      message: 'A sentence.',
    });
    expect(settle([result(0, 'ok'), result(1, 'transient')], settling).pause).toBeUndefined();
  });

  it('says until when the vendor has asked to wait, and nothing of the kind for failures', () => {
    const results = [result(0, 'ok'), result(1, 'throttled'), result(2, 'throttled', { retryAfterMs: 30_000 })];
    expect(settle(results, settling).throttledUntil).toBe(now + 30_500);
    expect(settle([result(0, 'ok'), result(1, 'transient')], settling).throttledUntil).toBeUndefined();
  });

  it('asks for halves when somebody of several is at fault and nobody says who', () => {
    const settled = settle([result(0, 'ambiguous'), result(1, 'ambiguous')], settling);
    expect(settled.split).toBe(true);
    expect(settled.items.map(({ state }) => state)).toEqual([
      { status: 'retrying', code: 'code-ambiguous', nextAttemptAt: now + 500 },
      { status: 'retrying', code: 'code-ambiguous', nextAttemptAt: now + 500 },
    ]);
  });

  it('settles each item by itself: one failure does not smear over the others', () => {
    const kinds: AttemptOutcome[] = ['ok', 'invalid', 'ok', 'transient'];
    const { items } = settle(
      kinds.map((kind, index) => result(index, kind)),
      settling,
    );
    expect(items.map(({ state }) => state.status)).toEqual(['delivered', 'rejected', 'delivered', 'retrying']);
  });
});

describe('transitions', () => {
  it.each<DeliveryStatus>(['delivered', 'rejected', 'dead', 'unknown', 'withheld'])('%s is final', (status) => {
    expect(isFinal(status)).toBe(true);
    expect(deliveryStatuses.filter((next) => canMove(status, next))).toEqual([]);
  });

  it('lets every delivery reach an end', () => {
    for (const status of deliveryStatuses.filter((one) => !isFinal(one))) {
      expect(transitions[status].some(isFinal)).toBe(true);
    }
  });

  it('lets nothing go back to reserved', () => {
    expect(deliveryStatuses.filter((status) => canMove(status, 'reserved'))).toEqual([]);
  });

  it('lets an accepted delivery end, and not be sent again', () => {
    expect(canMove('sent', 'delivered')).toBe(true);
    expect(canMove('sent', 'retrying')).toBe(false);
  });
});
