import { z } from 'zod';
import { Duration, Path, TimeOfDay, Weekdays } from '../definition-fields.schema';
import { durationPattern } from '../duration';
import { isZone } from '../zone';
import { oneOf } from '../one-of.schema';

/** `profile`: wherever the person lives. */
const WaitZone = z.string().refine((name) => name === 'profile' || isZone(name), {
  error: 'Write "profile" or a zone such as "Europe/Berlin".',
});

const LocalTimeWait = z.strictObject({
  time: TimeOfDay,
  days: Weekdays.optional(),
  zone: WaitZone.optional(),
});

/** So long before (`-1d`) or after (`1d`) a date. */
export const Offset = z.string().refine((text) => durationPattern.test(text.replace(/^-/, '')), {
  error: 'Write an offset such as "-1d" for a day before, or "2h" for two hours after.',
});

/** A date read from a path. */
const DateOf = z.strictObject({ at: Path, offset: Offset.optional() });
const DateWait = DateOf.extend({
  ifPast: z.enum(['continue', 'exit']).optional(),
  ifMissing: z.enum(['continue', 'exit']).optional(),
});

export const WaitWindow = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay, days: Weekdays.optional(), zone: WaitZone.optional() })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'A window from and to the same time is never closed; name another time.',
  });

const hasField = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && name in value;

export const WaitUntil = oneOf(z.union([LocalTimeWait, DateWait]), (value) =>
  hasField(value, 'at') ? DateWait : LocalTimeWait,
);

/** A duration, or a date. */
export const Timeout = oneOf(z.union([Duration, DateOf]), (value) => (typeof value === 'object' ? DateOf : Duration));

export type LocalTimeWait = z.infer<typeof LocalTimeWait>;
export type DateWait = z.infer<typeof DateWait>;
export type DateOf = z.infer<typeof DateOf>;
export type WaitWindow = z.infer<typeof WaitWindow>;
