import { fnv1a } from './fnv';

/**
 * Where a text falls in `[0, 1)`: evenly spread, the same everywhere and for good. FNV-1a, whose last characters move the high bits too
 * little, and the finaliser of MurmurHash3 (Appleby, in the public domain), which mends that.
 */
export function shareOf(text: string): number {
  let bits = fnv1a(text);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  bits ^= bits >>> 16;
  return (bits >>> 0) / 2 ** 32;
}
