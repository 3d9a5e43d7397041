/** How long is kept what is not kept for ever, in days. */
export interface Retention {
  readonly deadLetterDays: number;
  readonly sourceHourDays: number;
}
export const usualRetention: Retention = { deadLetterDays: 90, sourceHourDays: 400 };
