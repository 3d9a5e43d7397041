import { z } from 'zod';

/** A repeated `messageId` is told from a new event for as long as events are kept: never for less than this. */
export const fewestEventDays = 90;
/** By then no sender repeats the last event of somebody who has stayed away. */
const fewestAnonymousDays = 30;
const most = 3_650;

/** People made up for tests are kept so long where nothing is said. */
export const usualTestDays = 7;

/** How many days a workspace keeps what. What is not named is kept for good, but for people made up for tests. */
export const RetentionPolicy = z.strictObject({
  events: z.int().min(fewestEventDays).max(most).optional(),
  deadLetters: z.int().min(1).max(most).optional(),
  /** Settled ones. Reports look back 90 days. */
  deliveries: z.int().min(fewestEventDays).max(most).optional(),
  /** Ended ones but erasures, whose results are the receipts. */
  operations: z.int().min(7).max(most).optional(),
  /** Since they were last active, of profiles that nobody can name. */
  anonymousProfiles: z.int().min(fewestAnonymousDays).max(most).optional(),
  /** Since they were last active, of people made up for tests; see `usualTestDays`. */
  testPeople: z.int().min(1).max(most).optional(),
});
export type RetentionPolicy = z.output<typeof RetentionPolicy>;

/** As it may be set. */
export const RetentionInput = RetentionPolicy.refine(
  ({ events = Infinity, anonymousProfiles = 0 }) => anonymousProfiles <= events,
  {
    path: ['anonymousProfiles'],
    error: 'Write at most as many days as events are kept: their events say when they were last active.',
  },
);
