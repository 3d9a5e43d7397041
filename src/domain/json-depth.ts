/** Whether JSON nests deeper than `max` levels. Stops there, so that hostile depth costs nothing. */
export function isTooDeep(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (max === 0) return true;
  return Object.values(value).some((child) => isTooDeep(child, max - 1));
}
