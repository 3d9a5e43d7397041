import { MongoServerError } from 'mongodb';
import { withinTime } from './within-time';

describe('withinTime', () => {
  it('tells what to do when the database gave up', async () => {
    const expired = new MongoServerError({ message: 'operation exceeded time limit', code: 50 });
    await expect(withinTime(Promise.reject(expired))).rejects.toMatchObject({
      status: 503,
      code: 'too-slow',
      message: 'These figures take longer than 10 s to add up; ask for a shorter window.',
    });
  });

  it('leaves every other failure and every answer as it is', async () => {
    const other = new MongoServerError({ message: 'no', code: 13 });
    await expect(withinTime(Promise.reject(other))).rejects.toBe(other);
    await expect(withinTime(Promise.resolve(1))).resolves.toBe(1);
  });
});
