import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { toCode } from './failure-interceptor';

describe('toCode', () => {
  it('keeps no message, cause or stack of a driver error', () => {
    const leak = new Error('E11000 duplicate key { email: "ada@example.com" }');
    const failure = toCode(leak) as ApplicationFailure;
    expect(failure.type).toBe('Error');
    expect(
      JSON.stringify([failure.message, failure.stack, failure.cause ?? null, failure.details ?? null]),
    ).not.toContain('ada@');
  });

  it('keeps the type, the delay and the category of our own failures, and nothing else', () => {
    const failure = toCode(
      ApplicationFailure.create({
        type: 'http_429',
        message: 'slow down, ada@example.com',
        nextRetryDelay: 1_500,
        category: ApplicationFailureCategory.BENIGN,
        details: ['ada@example.com'],
      }),
    ) as ApplicationFailure;
    expect(failure).toMatchObject({ type: 'http_429', message: 'http_429', nextRetryDelay: 1_500, category: 'BENIGN' });
    expect(JSON.stringify(failure.details ?? null)).not.toContain('ada@');
  });

  it.each([
    ['a thrown string', 'ada@example.com'],
    ['an error named after a value', Object.assign(new Error('x'), { name: 'ada@example.com' })],
  ])('calls %s unknown', (_, thrown) => {
    expect(toCode(thrown)).toMatchObject({ type: 'UnknownError', message: 'UnknownError' });
  });
});
