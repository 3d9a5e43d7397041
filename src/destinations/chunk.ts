/**
 * Splits positions into consecutive groups of at most `maxItems` whose sizes, each with `overhead` once, stay within `maxBytes`.
 * A single item that is larger forms a group of its own.
 */
export function chunk(
  sizes: readonly { readonly index: number; readonly bytes: number }[],
  { maxItems, maxBytes, overhead }: { readonly maxItems: number; readonly maxBytes: number; readonly overhead: number },
): number[][] {
  const groups: number[][] = [];
  let bytes = Infinity;
  for (const item of sizes) {
    const last = groups.at(-1);
    if (!last || last.length >= maxItems || bytes + item.bytes > maxBytes) {
      groups.push([item.index]);
      bytes = overhead + item.bytes;
    } else {
      last.push(item.index);
      bytes += item.bytes;
    }
  }
  return groups;
}
