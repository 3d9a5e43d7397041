import fc from 'fast-check';
import type { Value } from '../domain/audiences/rule.schema';
import type { Json } from '../domain/json';

/** Random values over a small vocabulary, so that what is asked for meets what is there. */
export const words = [
  ...['gold', 'Gold', 'silver', '', 'a.b', '$gt', 'sil', 'old', '500', 'two\nlines\n'],
  // Letters whose small ones are of ASCII, and one of two code units.
  ...['ok', 'o\u212a', '\u0130', 'i', '\u{1f44d}old'],
] as const;
export const word = fc.constantFrom(...words);
export const amount = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(0.1, 0.2, 19.99, 499.5, 1e-7, -0.3, 4_000_000_000),
);
const scalar = fc.oneof(word, amount, fc.boolean());
/** Whole hours, as all instants here; and what is nearly a date. */
export const dates = [
  ...['2026-01-20', '2026-01-20T12:00:00Z', '2026-01-20t14:00:00+02:00', '2026-01-20 09:00:00.0-03:00'],
  ...['2025-12-31T23:00:00z', '2028-02-29', '2026-01-20T23:59:60Z'],
  ...[1_768_910_400, 1_768_910_400_000, Date.UTC(2026, 1, 10)],
  ...['2026-02-29', '1900-02-29', '2026-01-20T24:00:00Z', '2026-01-20\n', '2026-1-20', '1768910400'],
  ...['2026-01-20T12:00:00+24:00', '2026-00-10', '2026-04-31', '2026-01-20T12:00:00', ' 2026-01-20'],
] as const;
export const date = fc.constantFrom(...dates);
export const traitKeys = ['tier', 'ltv', 'tags', 'address', 'constructor', 'odd.name', '$odd', '0'] as const;
const fieldKeys = ['city', 'tier', 'constructor', '0'] as const;

/** Values with lists, nesting, nulls and keys that look like operators or prototypes. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    date,
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...fieldKeys), tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json;

export const path = fc
  .tuple(
    fc.constantFrom(...traitKeys),
    fc.array(fc.oneof(fc.constantFrom(...fieldKeys), fc.constant('[]')), { maxLength: 2 }),
  )
  .map(([key, steps]) =>
    steps.reduce((text, step) => (step === '[]' ? `${text}[]` : `${text}.${step}`), `[${JSON.stringify(key)}]`),
  );

export const value: fc.Arbitrary<Value> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.tuple(amount, amount).map(([one, other]) => [Math.min(one, other), Math.max(one, other)]),
);
