import { isDeliveryOutcome, runEnded, sendFailed, sentElsewhere } from './outcomes';

describe('an outcome of a send', () => {
  it.each([
    ['delivered', true],
    ['unknown', true],
    [sendFailed('dead'), true],
    [sentElsewhere, false],
    [runEnded, false],
    ['purchased', false],
    [sendFailed('off'), false],
    [undefined, false],
  ])('%s: tells of a delivery of its own: %s', (outcome, expected) => {
    expect(isDeliveryOutcome(outcome)).toBe(expected);
  });
});
