import { z } from 'zod';
import { Path } from '../definition-fields.schema';
import { eventOperators, operators } from './operators';

const Scalar = z.union([z.string().max(4096), z.number(), z.boolean()]);

/** A value read from a path when the rule is evaluated; only journeys have paths to read. */
const From = z.strictObject({ from: Path });
/** What an operator compares with. Which of these it needs is checked by `checkRule`. */
export const Value = z.union([Scalar, z.array(Scalar).max(1_000), From], {
  error: 'Write text, a number, true or false, a list of them, or { "from": path }.',
});
export const comparison = { is: z.enum(operators), value: Value.optional(), ignoreCase: z.boolean().optional() };

/** One test of an event's properties. Operators that move with time are left out: a match must stay a match. */
export const Where = z.strictObject({ property: Path, ...comparison, is: z.enum(eventOperators) });
export type Where = z.infer<typeof Where>;
export type Value = z.infer<typeof Value>;
