import { isLink, isSlot } from './slots';

describe('an address in content', () => {
  it.each([
    ['https://shop.example/a', true],
    ['http://shop.example', true],
    ['/cart?id=1', true],
    ['cart', true],
    ['//cdn.example/a.png', true],
    ['javascript:alert(1)', false],
    [' \tjava\nscript:alert(1)', false],
    ['JAVASCRIPT://shop.example/%0aalert(1)', false],
    ['data:text/html,x', false],
    ['blob:https://shop.example/1', false],
    ['mailto:a@shop.example', false],
    ['https://', false],
  ])('%j is one of the web: %s', (text, isOne) => {
    expect(isLink(text, 'https://shop.example/page')).toBe(isOne);
  });

  it('is none where the page itself is not on the web', () => {
    expect(isLink('/cart', 'about:blank')).toBe(false);
  });
});

describe('the name of a slot', () => {
  it.each([
    ['hero', true],
    ['side-2', true],
    ['', false],
    ['Hero', false],
    ['a,b', false],
    ['x'.repeat(65), false],
  ])('%j: %s', (name, isOne) => {
    expect(isSlot(name)).toBe(isOne);
  });
});
