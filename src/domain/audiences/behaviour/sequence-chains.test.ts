import { anEvent, noon } from '../../../testing/builders';
import { toRuleEvent } from '../../events/event';
import { recallLog } from './occurrences';
import type { SequenceCondition } from '../rule.schema';
import { logSequence } from './sequence-log';

const happened = (name: string, count: number, stepMs: number) =>
  Array.from({ length: count }, (_, index) => toRuleEvent(anEvent({ name, occurredAt: noon + index * stepMs })));

/** Each took seconds when every event was a beginning of its own, and whoever sends events chooses how many, and their times. */
describe('a sequence is worked out without delay', () => {
  const [viewed, bought] = [{ event: 'Viewed' }, { event: 'Bought' }];
  const never = { ...bought, absent: true };
  it.each<[string, SequenceCondition['sequence'], Partial<SequenceCondition>, number, number]>([
    ['of what a log holds, all at one instant', [viewed, viewed, never, viewed], { startedWithin: '7d' }, 250, 0],
    ['of all that somebody did at one instant', [viewed, viewed, never, viewed], {}, 10_000, 0],
    ['of a long history that no chain ends', [viewed, bought], {}, 20_000, 1_000],
    ['of a long history within one span', [viewed, bought], { within: '7d' }, 20_000, 1_000],
    ['of what settles', [viewed, never], { within: '7d', settled: true }, 20_000, 1_000],
  ])('%s', (_, sequence, more, count, stepMs) => {
    const events = [...happened('Viewed', count, stepMs), ...happened('Bought', 2, 0)];
    const startedAt = performance.now();
    recallLog(logSequence({ sequence, ...more }), events, noon + count * stepMs);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
