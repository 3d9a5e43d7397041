import { z } from 'zod';
import { vocabularies } from '../../domain/events/vocabularies/vocabulary';
import { defineSource } from '../source';

/** `https://shop.example`: scheme and host as a browser writes them in `Origin`, with no path and no slash at the end. */
const Origin = z
  .string()
  .max(255)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
    error: 'must be an origin such as https://shop.example: scheme and host in lower case, without a path',
  });

export const ApiSettings = z.strictObject({
  /** Sites on other hosts of the owner that may ask `GET /v1/id` for the browser's id. Pages on the API's own host always may. */
  origins: z.array(Origin).max(100).default([]),
  idCookie: z
    .strictObject({
      /** False lets scripts of the page read the cookie. */
      httpOnly: z.boolean().default(true),
      /** Browsers keep cookies for 400 days at most (RFC 6265bis). */
      days: z.int().min(1).max(400).default(400),
    })
    .prefault({}),
  /** Whose names its events have, where they are not ours: see docs/guides/vocabularies.md. */
  vocabulary: z.enum(vocabularies).optional(),
});
export type ApiSettings = z.output<typeof ApiSettings>;

/** A website, an app or a back end that sends events by itself, with write keys of this source. */
export const httpApi = defineSource({
  type: 'api',
  name: 'HTTP API',
  settings: ApiSettings,
  secrets: z.strictObject({}),
});
