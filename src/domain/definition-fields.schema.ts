import { IANAZone } from 'luxon';
import { z } from 'zod';
import { definitionKeyPattern } from './definition-key';
import { isOwn, ownMark } from './events/own';
import { durationPattern, parseDuration } from './duration';
import { isPath } from './path';
import { weekdays } from './zone';

/** Fields that definitions of several kinds have. */
export const DefinitionKey = z.string().regex(definitionKeyPattern, { error: 'Write 1 to 64 of a-z, 0-9 and "-".' });
export const Name = z.string().min(1).max(256);
/** Of an event that somebody sends. */
export const EventName = Name.refine((name) => !isOwn(name), {
  error: `Events that begin with "${ownMark}" are Heddle's own; ask for messages with { "contacted": {} }.`,
});
/** Of what a run is told from outside. */
export const SignalName = z.string().min(1).max(100);
export const Path = z.string().max(512).refine(isPath, {
  // What is asked of a path beyond this is asked of paths only.
  abort: true,
  error: 'Write a path such as `loyalty.tier`, `items[].sku` or `["a name with dots"].b`.',
});

export const Zone = z.string().refine((name) => IANAZone.isValidZone(name), {
  error: 'Write a zone such as "Europe/Berlin".',
});

/** A local time of day. */
export const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'Write a time of day such as "09:00".' });
export const Weekdays = z
  .array(z.enum(weekdays))
  .min(1, { error: 'Name at least one of mon, tue, wed, thu, fri, sat and sun; without "days" all of them count.' })
  .max(weekdays.length);

/** Ten years: long enough for every rule of people's lives, short enough that instants stay dates. */
const longestDurationMs = parseDuration('520w');

export const Duration = z
  .string()
  .regex(durationPattern, { error: 'Write a duration such as "30s", "10m", "2h", "7d" or "4w".' })
  .refine((text) => !durationPattern.test(text) || parseDuration(text) <= longestDurationMs, {
    error: 'A duration is at most ten years: "520w".',
  });
