import { z } from 'zod';
import { Duration, Name, Zone } from '../definition-fields.schema';
import { durationPattern, parseDuration } from '../duration';
import { weekdays } from '../zone';

/** Bounds of a workspace's policy of sending. */
export const sendingLimits = { caps: 20, max: 1_000, per: '90d' } as const;

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'Write a local time from "00:00" to "23:59".' });

/** `delay`: it waits, and is asked about anew. `skip`: it is withheld. */
const Then = z.enum(['delay', 'skip']);

export const QuietHours = z
  .strictObject({
    from: TimeOfDay,
    to: TimeOfDay,
    /** On which days they begin; on all of them unless said. */
    days: z.array(z.enum(weekdays)).min(1).max(weekdays.length).optional(),
    zone: z
      .union([z.literal('profile'), Zone], { error: 'Write "profile" or a zone such as "Europe/Berlin".' })
      .optional(),
    then: Then,
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'Quiet hours end at another time than they begin; to send nothing at all, stop all sends.',
  });

// A refinement is also asked of what is no duration.
const isLonger = (text: string): boolean =>
  durationPattern.test(text) && parseDuration(text) > parseDuration(sendingLimits.per);

const Period = Duration.refine((text) => !isLonger(text), {
  error: `A cap looks back at most "${sendingLimits.per}".`,
});

/** How many sends reach one person: by one channel, or by all of them where none is named. */
export const Cap = z.strictObject({
  channel: Name.optional(),
  max: z.int().min(1).max(sendingLimits.max),
  per: Period,
  then: Then,
});

/** What every send of a workspace must pass; `{}` lets everything go. */
export const SendingPolicy = z.strictObject({
  /** Nothing of journeys leaves, transactional or not, until it is taken back. */
  sendsStopped: z.boolean().optional(),
  quietHours: QuietHours.optional(),
  caps: z.array(Cap).max(sendingLimits.caps).optional(),
  /** Of people and journeys that have none of their own. */
  zone: Zone.optional(),
});

export type QuietHours = z.infer<typeof QuietHours>;
export type Cap = z.infer<typeof Cap>;
export type SendingPolicy = z.infer<typeof SendingPolicy>;
