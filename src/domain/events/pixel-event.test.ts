import fc from 'fast-check';
import { readPixel } from './pixel-event';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('readPixel', () => {
  it.each([
    [
      'ids and names as text',
      'type=track&event=Email+Opened&userId=007',
      { type: 'track', event: 'Email Opened', userId: '007' },
    ],
    [
      'data as what it looks like',
      'properties.n=10&properties.ok=true&properties.s=ab',
      { properties: { n: 10, ok: true, s: 'ab' } },
    ],
    [
      'ids among data as text',
      'properties.cart_id=12&context.device.id=9&traits.phone=4930123',
      { properties: { cart_id: '12' }, context: { device: { id: '9' } }, traits: { phone: '4930123' } },
    ],
    ['all properties at once', 'properties=%7B%22a%22%3A1%7D', { properties: { a: 1 } }],
    [
      'a name that comes again as a list',
      'properties.tag=a&properties.tag=b&properties.tag=c',
      { properties: { tag: ['a', 'b', 'c'] } },
    ],
    ['epochs as numbers', 'timestamp=1767225600000', { timestamp: 1_767_225_600_000 }],
    ['parameters over data', `data=${base64('{"userId":"u1","event":"A"}')}&event=B`, { userId: 'u1', event: 'B' }],
    ['nothing', '', {}],
  ])('reads %s', (_what, query, event) => {
    expect(readPixel(query)).toEqual(event);
  });

  it.each([
    ['text that is not base64', 'data=%%%'],
    ['base64 of no JSON', `data=${base64('{"userId"')}`],
    ['bytes that are not UTF-8', `data=${Buffer.from([0x22, 0xff, 0x22]).toString('base64')}`],
    ['parameters that are not UTF-8', 'userId=a%ff'],
    ['a list', `data=${base64('[1]')}`],
  ])('makes no event of %s', (_what, query) => {
    const read = readPixel(query);
    expect(typeof read === 'object' && !Array.isArray(read)).toBe(false);
  });

  it('reads base64 of either alphabet, encoded or not, into the JSON it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (event) => {
        const bytes = Buffer.from(JSON.stringify(event));
        const [plain, url] = [bytes.toString('base64'), bytes.toString('base64url')];
        for (const data of [plain, encodeURIComponent(plain), url]) {
          expect(JSON.stringify(readPixel(`data=${data}`))).toBe(JSON.stringify(event));
        }
      }),
    );
  });

  it('takes names with a meaning elsewhere as data', () => {
    const event = readPixel('properties.__proto__.polluted=1&__proto__=x');
    expect(JSON.stringify(event)).toBe('{"properties":{"__proto__":{"polluted":1}},"__proto__":"x"}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
