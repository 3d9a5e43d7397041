import { z } from 'zod';
import { Path } from '../definition-fields.schema';
import { isJsonObject } from '../json';
import { oneOf } from '../one-of.schema';
import { partsOf } from '../path';
import { ComputedValue } from './computed/computed-value.schema';

const roots = ['traits', 'identifiers', 'computed'] as const;
export const mostVariables = 20;

const FromPath = z.strictObject({
  from: Path.refine((path) => (roots as readonly string[]).includes(partsOf(path)[0]), {
    error: `A variable is read from ${roots.join(', ')}, such as "traits.tier".`,
  }),
});
const Variable = oneOf(z.union([FromPath, ComputedValue]), (value) =>
  isJsonObject(value) && Object.hasOwn(value, 'from') ? FromPath : ComputedValue,
);
const VariableName = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/i, {
  error: 'A variable has a name of letters, digits, "_" and "-", 64 at most, a letter first.',
});

/** What goes with a member of an audience wherever that is told: a value of the profile, or one that is computed. */
export const AudienceVariables = z
  .record(VariableName, Variable)
  .refine((variables) => Object.keys(variables).length <= mostVariables, {
    error: `An audience has at most ${mostVariables} variables.`,
  });
export type AudienceVariables = z.infer<typeof AudienceVariables>;
export type Variable = AudienceVariables[string];
