/** Bounds of one rule: how deep groups nest, how many conditions it has, how many one group has. */
export const ruleLimits = { depth: 12, conditions: 500, children: 200 } as const;

/** What is too big about an unread rule, as a sentence, or `undefined`. Stops at the bound, so hostile input costs little. */
export function excessOf(rule: unknown): string | undefined {
  let conditions = 0;
  let level: unknown[] = [rule];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > ruleLimits.depth) return `A rule nests at most ${ruleLimits.depth} groups; split it into audiences.`;
    conditions += level.length;
    if (conditions > ruleLimits.conditions) {
      return `A rule has at most ${ruleLimits.conditions} conditions and groups; split it into audiences.`;
    }
    level = level.flatMap(children);
  }
  return undefined;
}

function children(rule: unknown): unknown[] {
  if (typeof rule !== 'object' || rule === null) return [];
  const { all, any, not, traits, members } = rule as Readonly<Record<string, unknown>>;
  const single = [not, traits, members].filter((one) => one !== undefined);
  return [all, any, single].flatMap((group) => (Array.isArray(group) ? (group as unknown[]) : []));
}
