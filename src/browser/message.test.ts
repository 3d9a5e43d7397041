import { makeId } from './message';

const { crypto: own } = globalThis;
const withCrypto = (value: Partial<Crypto>) =>
  Object.defineProperty(globalThis, 'crypto', { value, configurable: true });
afterEach(() => withCrypto(own));

describe('makeId', () => {
  const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  it.each([
    ['on https', own],
    ['on plain http, where browsers have no randomUUID', { getRandomValues: own.getRandomValues.bind(own) }],
  ])('makes a random UUID %s', (_where, crypto) => {
    withCrypto(crypto);
    const ids = Array.from({ length: 100 }, makeId);
    for (const id of ids) expect(id).toMatch(uuid4);
    expect(new Set(ids).size).toBe(100);
  });
});
