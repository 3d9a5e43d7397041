import { toSourceKey } from './source-key';

it.each([
  ['shop-1', 'shop-1'],
  ['First public key', 'first-public-key'],
  ['Büro App 2', 'buro-app-2'],
  ['--', '--'],
  [' Shop! ', 'shop'],
  ['店', 'source'],
  ['Import', 'imports'],
  ['x'.repeat(100), 'x'.repeat(64)],
])('the source named %j has the key %j', (text, key) => {
  expect(toSourceKey(text)).toBe(key);
});
