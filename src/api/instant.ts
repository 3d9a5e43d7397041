import { z } from 'zod';
import { readInstant } from '../domain/instant';

/** Instants leave as RFC 3339 in UTC with milliseconds. */
export const Instant = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

export const presentInstant = (at: number): string => new Date(at).toISOString();

/** An instant as senders may write it: RFC 3339, epoch seconds or milliseconds. Becomes epoch milliseconds. */
export const InstantInput = z.union([z.string(), z.number()]).transform((value, context): number => {
  const isDigits = typeof value === 'string' && /^\d{1,16}$/.test(value);
  const at = readInstant(isDigits ? Number(value) : value);
  if (at !== undefined && Number.isFinite(at) && Math.abs(at) <= 8.64e15) return at;
  context.addIssue({
    code: 'custom',
    message: 'Write RFC 3339 (2026-05-01T09:00:00Z), epoch seconds or milliseconds.',
  });
  return z.NEVER;
});
