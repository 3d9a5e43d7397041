import { besideQueue, queueNames, taskQueueOf, workflowNames } from './temporal-names';
import * as workflows from './workflows/index';

describe('the names that Temporal knows', () => {
  it('are those of the workflows there are', () => {
    expect(Object.keys(workflows).sort()).toEqual([...workflowNames].sort());
  });

  it('find another queue of the same deployment', () => {
    for (const queue of queueNames)
      expect(besideQueue(taskQueueOf('east-', queue), queue, 'delivery')).toBe('east-delivery');
  });
});
