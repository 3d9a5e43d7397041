import { AudienceOrderError, orderAudiences } from './audience-order';
import type { Rule } from './rule.schema';

const audience = (key: string, ...refersTo: string[]) => ({
  key,
  rule: { all: [{ trait: 'a', is: 'set' }, ...refersTo.map((name) => ({ not: { audience: name } }))] } as Rule,
});
const orderOf = (...audiences: ReturnType<typeof audience>[]) => orderAudiences(audiences).map(({ key }) => key);
const refusal = (...audiences: ReturnType<typeof audience>[]) => {
  try {
    orderAudiences(audiences);
  } catch (error) {
    if (error instanceof AudienceOrderError) return error;
    throw error;
  }
  throw new Error('orderAudiences did not refuse');
};

describe('orderAudiences', () => {
  it('puts an audience after those it refers to, and leaves the rest in place', () => {
    expect(orderOf(audience('c', 'a', 'b'), audience('x'), audience('b', 'a'), audience('a'))).toEqual([
      'a',
      'b',
      'c',
      'x',
    ]);
  });

  it('names the cycle', () => {
    const error = refusal(audience('x', 'a'), audience('a', 'b'), audience('b', 'c'), audience('c', 'a'));
    expect(error.cycle).toEqual(['a', 'b', 'c', 'a']);
    expect(error.message).toBe(
      'Audiences refer to each other in a circle: a → b → c → a. Remove one of these references.',
    );
  });

  it('refuses an audience that refers to itself', () => {
    expect(refusal(audience('a', 'a')).cycle).toEqual(['a', 'a']);
  });

  it('names an unknown audience and who refers to it', () => {
    expect(refusal(audience('a', 'constructor')).findings).toEqual([
      expect.objectContaining({
        code: 'unknown_audience',
        path: '/a/rule',
        message: 'Audience "a" refers to "constructor", which does not exist.',
      }),
    ]);
  });
});
