import fc from 'fast-check';
import { blockedBy, type BlockedEntry } from './blocked-identifiers';

const isBlocked = (entries: readonly BlockedEntry[], type: string, value: string): boolean =>
  blockedBy(entries)({ type, value });

describe('a list of blocked identifiers', () => {
  it.each<[string, BlockedEntry, string, string, boolean]>([
    ['a value of any type', { value: 'test' }, 'user_id', 'test', true],
    ['a value of its type', { type: 'email', value: 'a@x.example' }, 'email', 'a@x.example', true],
    ['not of another type', { type: 'email', value: 'test' }, 'user_id', 'test', false],
    ['whatever the case', { value: 'TEST' }, 'user_id', 'Test', true],
    ['whatever form of an accent', { value: 'andre\u0301' }, 'user_id', 'André', true],
    ['not a part of it', { value: 'test' }, 'user_id', 'tester', false],
    ['a beginning', { value: 'test-*' }, 'user_id', 'test-7', true],
    ['a beginning with nothing behind', { value: 'test-*' }, 'user_id', 'test-', true],
    ['not in the middle', { value: 'test-*' }, 'user_id', 'my-test-7', false],
    ['an end', { type: 'email', value: '*@office.example' }, 'email', 'bob@office.example', true],
    [
      'not what a domain begins with',
      { type: 'email', value: '*@office.example' },
      'email',
      'b@office.example.org',
      false,
    ],
    ['a phone number however it is written', { type: 'phone', value: '+47 912 34 567' }, 'phone', '+4791234567', true],
    ['several stars', { value: 'a*b*c' }, 'user_id', 'a--b--c', true],
    ['in their order', { value: 'a*b*c' }, 'user_id', 'a--c--b', false],
    ['with no place counted twice', { value: 'ab*ba' }, 'user_id', 'aba', false],
    ['signs that mean something elsewhere', { value: 'a.*' }, 'user_id', 'ab', false],
  ])('names %s', (_, entry, type, value, expected) => {
    expect(isBlocked([entry], type, value)).toBe(expected);
  });

  it('reads patterns as a regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (value, read) => {
        const source = value.split('*').map((part) => part.replaceAll('.', '\\.'));
        expect(isBlocked([{ value }], 'user_id', read)).toBe(new RegExp(`^${source.join('.*')}$`).test(read));
      }),
      { numRuns: 2_000 },
    );
  });
});
