/** FNV-1a of 32 bits (Fowler, Noll, Vo) of the UTF-16 units of a text: the same everywhere and for good. */
export function fnv1a(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  return bits >>> 0;
}
