import { describeRun } from './describe-run';

describe('what the Temporal UI says of a run', () => {
  it.each([
    ['the step and until when', 1, [], '**cart** version 2\n\n**settle: waits 2h**'],
    ['which visit of a loop it is', 3, [], '**cart** version 2\n\n**settle: waits 2h** (visit 3)'],
    ['what it waits for, once', 1, ['2h'], '**cart** version 2\n\n**settle: waits 2h**'],
    [
      'all it waits for, where the sentence does not hold it',
      1,
      ['A', 'vip entered'],
      '**cart** version 2\n\n**settle: waits 2h**\n\nWaiting for: A, vip entered',
    ],
  ])('is %s', (_, visit, names, text) => {
    expect(describeRun({ journey: 'cart', version: 2, visit }, { label: 'settle: waits 2h', names })).toBe(text);
  });
});
