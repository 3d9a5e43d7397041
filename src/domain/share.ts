/**
 * Where a text falls in `[0, 1)`: evenly spread, the same everywhere and for good. FNV-1a (Fowler, Noll, Vo), whose last characters move
 * the high bits too little, and the finaliser of MurmurHash3 (Appleby, in the public domain), which mends that.
 */
export function shareOf(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  bits ^= bits >>> 16;
  return (bits >>> 0) / 2 ** 32;
}
