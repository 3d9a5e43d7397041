import { EmitStep, UpdateStep } from './effect-steps.schema';

describe('an update step', () => {
  it.each<[string, object]>([
    ['a NUL in a name', { set: { 'a\0b': 1 } }],
    ['a name of the driver', { set: { _bsontype: 1 } }],
    ['half a surrogate in a constant', { set: { tier: { of: '\ud800' } } }],
    ['a name that cannot be stored, taken away', { unset: ['\ud800'] }],
  ])('is refused with %s: its event could never be stored', (_, fields) => {
    const issues = UpdateStep.safeParse({ type: 'update', ...fields }).error?.issues ?? [];
    expect(issues.map(({ path }) => path[0])).toEqual([Object.keys(fields)[0]]);
  });

  it('may set odd names that can be stored', () => {
    expect(
      UpdateStep.safeParse({ type: 'update', set: { 'a.b': 1, $x: { from: 'entry.x' } }, unset: ['é'] }).success,
    ).toBe(true);
  });
});

describe('an emit step', () => {
  it.each(['*', 'identify', 'page', 'heddle:contacted'])('is refused the name %s', (event) => {
    expect(EmitStep.safeParse({ type: 'emit', event }).success).toBe(false);
  });
});
