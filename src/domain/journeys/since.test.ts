import { compileRule } from '../audiences/compile-rule';
import { historyView } from '../audiences/history-view';
import type { Rule } from '../audiences/rule.schema';
import { aProfile } from '../../testing/builders';
import { aRun, day, hour, noon } from '../../testing/runs';
import { runView, type PastEvent } from './since';

const viewed = (hours: number, of: Partial<PastEvent> = {}): PastEvent => ({
  ...{ name: 'Viewed', at: noon + hours * hour, properties: { category: 'shoes' }, messageId: `m${hours}` },
  ...of,
});
/** Began at eleven by its own view, came to `rest` at noon and again at two. */
const run = aRun('rest', {
  entry: { at: noon - hour, name: 'Viewed', properties: {}, messageId: 'm-1', cursor: {} },
  path: [0, 2].map((hours, index) => ({ step: 'rest', visit: index + 1, at: noon + hours * hour })),
});
const past = [viewed(-3), viewed(-2), viewed(-1), viewed(0), viewed(1), viewed(2), viewed(3)];

function count(rule: Rule, events: readonly PastEvent[] = past): boolean {
  const view = runView(historyView(aProfile('prf_1'), events), events, run);
  return compileRule(rule).evaluate(view, noon + day).matches;
}

describe('a condition of a branch', () => {
  it.each<[string, string | undefined, number]>([
    ['without "since" counts everything', undefined, 7],
    ['since the entry leaves the entry out, and what was before it', 'entry', 4],
    ['since a step counts from when the run last came to it, that instant included', 'step:rest', 2],
    ['since a step that the run has not come to counts nothing', 'step:other', 0],
  ])('%s', (_, since, times) => {
    const of = { event: 'Viewed', ...(since !== undefined && { since }) };
    expect(count({ ...of, count: { is: 'equals', value: times } })).toBe(true);
    expect(count({ ...of, count: { is: 'equals', value: times + 1 } })).toBe(false);
  });

  it('goes by when something happened, however late it came', () => {
    expect(count({ event: 'Viewed', since: 'entry' }, [viewed(-4, { messageId: 'late' })])).toBe(false);
  });

  it('works out values one by one since the entry, too', () => {
    const per = { event: 'Viewed', per: 'category', since: 'entry' } as const;
    expect(count({ ...per, count: { is: 'at_least', value: 4 } })).toBe(true);
    expect(count({ ...per, count: { is: 'at_least', value: 5 } })).toBe(false);
  });

  it('looks back in each of its parts by itself', () => {
    const before: Rule = { event: 'Viewed', count: { is: 'at_least', value: 7 } };
    const since: Rule = { event: 'Viewed', since: 'step:rest', count: { is: 'at_most', value: 2 } };
    expect(count({ all: [before, since] })).toBe(true);
    expect(count({ not: { any: [{ not: before }, { not: since }] } })).toBe(true);
  });
});
