import { z } from 'zod';
import { Duration, Zone } from '../definition-fields.schema';
import { parseDuration } from '../duration';
import { findCronProblem } from './cron';

/** A source that is asked more often than this belongs behind a webhook. */
const shortestMs = parseDuration('10s');

const Every = Duration.refine((text) => !isDuration(text) || parseDuration(text) >= shortestMs, {
  error: 'A source is asked every 10 seconds at most: "10s".',
});
const Cron = z
  .string()
  .max(100)
  .superRefine((text, context) => {
    const message = findCronProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** When a source is asked: every so often, or at the times of a cron expression in a zone. */
export const PullSchedule = z.union([Every, z.strictObject({ cron: Cron, zone: Zone.default('UTC') })], {
  error: 'Write how often, such as "15m", or { "cron": "0 3 * * *", "zone": "Europe/Berlin" }.',
});
export type PullSchedule = z.output<typeof PullSchedule>;

function isDuration(text: string): boolean {
  return Duration.safeParse(text).success;
}
