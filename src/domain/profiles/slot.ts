export const slotCount = 1_024;

/** Which of the clocks' 1,024 slots an id belongs to: FNV-1a, spread evenly and the same everywhere. */
export function slotOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash ^= id.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) % slotCount;
}
