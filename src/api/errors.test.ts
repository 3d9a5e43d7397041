import { MongoNetworkError, MongoServerError } from 'mongodb';
import { toProblem } from './errors';
import { notFound } from './problem';

describe('toProblem', () => {
  it.each([
    ['a database that is away', new MongoNetworkError('gone'), 503, 'unavailable'],
    ['a read that took too long', new MongoServerError({ message: 'exceeded', code: 50 }), 503, 'too-slow'],
    ['a path that is no text', new URIError('malformed'), 400, 'invalid-request'],
    ['a bug', new TypeError('secret@example.com is not a function'), 500, 'internal'],
  ])('answers %s, without quoting it', (_what, error, status, code) => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status, code });
    expect(problem.message).not.toContain(error.message);
  });

  it('leaves an answer as it is', () => {
    const problem = notFound('such thing');
    expect(toProblem(problem)).toBe(problem);
  });
});
