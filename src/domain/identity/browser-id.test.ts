import { mayAskForId, readBrowserId } from './browser-id';

const shop = 'https://shop.example';

describe('mayAskForId', () => {
  it.each([
    ['a script of the same host', { site: 'same-origin', destination: 'empty' }, true],
    ['a program or an old browser', {}, true],
    ['a script of a named origin', { origin: shop, site: 'same-site', destination: 'empty' }, true],
    ['a script of another origin', { origin: 'https://evil.example', site: 'cross-site', destination: 'empty' }, false],
    ['a page without an origin, as in a sandbox', { origin: 'null' }, false],
    ['a blind request of another host of the site', { site: 'same-site', destination: 'empty' }, false],
    ['a link', { site: 'none', destination: 'document' }, false],
    ['an image of the same host', { site: 'same-origin', destination: 'image' }, false],
  ])('answers for %s', (_who, asker, may) => {
    expect(mayAskForId({ origin: undefined, site: undefined, destination: undefined, ...asker }, [shop])).toBe(may);
  });
});

describe('readBrowserId', () => {
  it.each([
    ['0F8FAD5B-D9CB-469F-A165-70867728950E', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['ann@example.com', undefined],
    ['0f8fad5b-d9cb-469f-a165-70867728950e; Path=/', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %p as %p', (text, id) => {
    expect(readBrowserId(text)).toBe(id);
  });
});
