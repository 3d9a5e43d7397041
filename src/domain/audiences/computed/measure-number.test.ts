import { noon } from '../../../testing/builders';
import { measureOf } from './measure';

describe('a number that is told', () => {
  it('is the largest that JSON knows, where a sum is beyond that', () => {
    const measure = measureOf({ event: 'Ordered', sum: 'total' });
    const events = [1, 2].map((at) => ({ name: 'Ordered', at: noon + at, properties: { total: -1.7e308 } }));
    const state = events.reduce((before, event) => measure.observe(before, event), measure.empty);
    expect([measure.tell(state, noon + 3), measure.recall(events, noon + 3)]).toEqual([
      -Number.MAX_VALUE,
      -Number.MAX_VALUE,
    ]);
  });
});
