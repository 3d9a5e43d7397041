import {
  MongoBulkWriteError,
  MongoNetworkError,
  MongoServerError,
  type AnyError,
  type BulkWriteResult,
  type WriteError,
} from 'mongodb';
import { isAway, isContended, isPassing, repeatedIndexes } from './mongo-errors';

const server = (code: number, errorLabels: string[] = []) =>
  new MongoServerError({ message: 'refused', code, errorLabels });
const bulk = (writeErrors: { code: number; index: number }[], code?: number) =>
  new MongoBulkWriteError(
    { message: 'bulk', code, writeErrors: writeErrors as WriteError[] } as unknown as AnyError,
    {} as BulkWriteResult,
  );

describe('what went wrong in the store', () => {
  it.each<[string, unknown, { passing: boolean; contended: boolean; away: boolean }]>([
    ['a write conflict', server(112, ['TransientTransactionError']), { passing: true, contended: true, away: false }],
    ['a creation race', server(11_000), { passing: true, contended: true, away: false }],
    ['a lost primary', server(10_107), { passing: true, contended: false, away: true }],
    ['a write that no majority confirmed', server(64), { passing: true, contended: false, away: true }],
    ['a full disk', server(14_031), { passing: true, contended: false, away: true }],
    ['a time-out', server(50), { passing: true, contended: false, away: false }],
    ['a broken connection', new MongoNetworkError('gone'), { passing: true, contended: false, away: true }],
    ['a bulk write that was never answered', bulk([]), { passing: true, contended: false, away: true }],
    ['a document that the store refuses', server(2), { passing: false, contended: false, away: false }],
    ['a bug', new TypeError('undefined is not a function'), { passing: false, contended: false, away: false }],
  ])('%s', (_, error, { passing, contended, away }) => {
    expect([isPassing(error), isContended(error), isAway(error)]).toEqual([passing, contended, away]);
  });

  it.each<[string, AnyError, number[] | undefined]>([
    [
      'only repeats',
      bulk(
        [
          { code: 11_000, index: 2 },
          { code: 11_000, index: 5 },
        ],
        11_000,
      ),
      [2, 5],
    ],
    [
      'a repeat and something else',
      bulk(
        [
          { code: 11_000, index: 2 },
          { code: 121, index: 3 },
        ],
        11_000,
      ),
      undefined,
    ],
    ['no answer', bulk([]), undefined],
    ['another error', server(11_000), undefined],
  ])('inserts refused: %s', (_, error, indexes) => {
    expect(repeatedIndexes(error)).toEqual(indexes);
  });
});
