import type { Known } from './fields';
import { policies, type Field, type Policy, type Vendor } from './policies';
import { looksHashed, sha256Hex } from './sha256';

export type Normalised =
  { readonly value: string } | { readonly problem: 'not-taken' | 'unreadable' | 'hash-undeclared' | 'hash-malformed' };

/**
 * A value as the vendor wants it, hashed where it wants hashes. A hash that comes from outside is passed on only when the source
 * declares it (`isHashed`) and the whole value has the shape of one: hashing a hash, or sending an address for one, matches nobody.
 */
export function normalise(
  vendor: Vendor,
  field: Field,
  value: string,
  known: Known & { readonly isHashed?: boolean } = {},
): Normalised {
  const policy = (policies[vendor] as Partial<Record<Field, Policy>>)[field];
  if (!policy) return { problem: 'not-taken' };
  if (known.isHashed === true) {
    if (!policy.isHashed) return { problem: 'not-taken' };
    return looksHashed(value) ? { value } : { problem: 'hash-malformed' };
  }
  if (looksHashed(value) && policy.isHashed) return { problem: 'hash-undeclared' };
  const cleaned = policy.clean(value, known);
  if (cleaned === undefined) return { problem: 'unreadable' };
  return { value: policy.isHashed ? sha256Hex(cleaned) : cleaned };
}
