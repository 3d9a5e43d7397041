/** 24 hours; a day of the calendar is `zone`'s. */
export const dayMs = 86_400_000;
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs } as const;

/** `"30s" "10m" "2h" "7d" "4w"`: whole numbers above zero, at most 9 digits. */
export const durationPattern = /^[1-9]\d{0,8}[smhdw]$/;

/** Milliseconds of a duration; a day is 24 h here. Throws a `RangeError` for text that `durationPattern` does not match. */
export function parseDuration(text: string): number {
  if (!durationPattern.test(text)) {
    throw new RangeError(
      `"${text}" is not a duration; write a whole number and a unit, such as "30s", "10m", "2h", "7d" or "4w".`,
    );
  }
  return Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs];
}
