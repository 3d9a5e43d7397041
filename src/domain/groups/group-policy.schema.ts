import { z } from 'zod';
import { Path } from '../definition-fields.schema';

/** Bounds of a policy: how many ways there are to be one group, and how many traits must agree for each. */
const groupPolicyLimits = { ways: 10, traits: 5, most: 100_000 } as const;

const OneType = z.strictObject({
  /** People whose traits of one of these lists are all there and equal are one group. */
  by: z
    .array(z.array(Path).min(1).max(groupPolicyLimits.traits).readonly())
    .max(groupPolicyLimits.ways)
    .readonly()
    .optional(),
  /** A group of more members is too large to mean anything: it is listed, and counts for no condition and no entry. */
  most: z.int().min(1).max(groupPolicyLimits.most).optional(),
  /** Whether `group` calls of public keys count. Anybody can read such a key, and name any group with it. */
  public: z.boolean().optional(),
});

/** Who belongs together, beside whom `group` calls put together. What is left out is as usual: `{}` is the usual policy. */
export const GroupPolicy = z.strictObject({ household: OneType.optional(), account: OneType.optional() });
export type GroupPolicy = z.output<typeof GroupPolicy>;
