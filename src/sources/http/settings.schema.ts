import { z } from 'zod';
import { Duration, Name, Path } from '../../domain/definition-fields.schema';
import { CsvDelimiter, pulledFields } from '../pulled-settings.schema';

const megabyte = 1_048_576;

const Url = z.url({ protocol: /^https?$/, error: 'Write an http:// or https:// URL.' }).refine(hasNoCredentials, {
  error: 'Leave user and password out of the URL; they are secrets of the source.',
});
/** What the way out sets by itself. */
const framing = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'keep-alive',
  'expect',
  'te',
  'trailer',
];
const deniedHeaders = [...framing, 'authorization', 'cookie'];
const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]{1,64}$/, { error: 'A header name has letters, digits and "-".' });
const FreeHeaderName = HeaderName.refine((name) => !deniedHeaders.includes(name.toLowerCase()), {
  error: 'This header cannot be set; credentials are secrets of the source.',
});
/** A secret may be what the other headers must not. */
const SecretHeaderName = HeaderName.refine((name) => !framing.includes(name.toLowerCase()), {
  error: 'This header says how a request is sent, and cannot be set.',
});
const HeaderValue = z
  .string()
  .max(1_024)
  .regex(/^[\t\x20-\x7e]*$/, { error: 'A header value is one line of ASCII text.' });

const Size = z.strictObject({ parameter: Name, rows: z.int().min(1).max(10_000) });

/** How the next page is found. */
const Paging = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('none') }),
  /** The answer holds the address of the next page. */
  z.strictObject({ by: z.literal('next'), path: Path }),
  /** The answer's `Link` header does (RFC 8288, `rel="next"`). */
  z.strictObject({ by: z.literal('link') }),
  /** The answer holds what the next request sends as `parameter`. */
  z.strictObject({ by: z.literal('cursor'), path: Path, parameter: Name }),
  /** Pages are numbered; the first that has no rows is the last. */
  z.strictObject({
    by: z.literal('page'),
    parameter: Name,
    first: z.int().min(0).max(1).default(1),
    size: Size.optional(),
  }),
  /** Rows are numbered; a page with less than `size.rows` is the last. */
  z.strictObject({ by: z.literal('offset'), parameter: Name, size: Size }),
]);
export type Paging = z.output<typeof Paging>;

export const HttpSettings = z.strictObject({
  ...pulledFields,
  url: Url,
  /** Sent with every request. `{{cursor}}` stands for where the source has been read to; a parameter with it is left out before. */
  query: z.record(Name, z.string().max(1_024)).default({}),
  /** They are shown to whoever reads the settings: no secrets here. */
  headers: z.record(FreeHeaderName, HeaderValue).default({}),
  format: z.enum(['json', 'csv']).default('json'),
  delimiter: CsvDelimiter,
  /** Where the list of rows is in an answer of JSON; the answer itself unless set. */
  rows: Path.optional(),
  paging: Paging.default({ by: 'none' }),
  auth: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('none') }),
      z.strictObject({ by: z.literal('basic') }),
      z.strictObject({ by: z.literal('bearer') }),
      z.strictObject({ by: z.literal('header'), name: SecretHeaderName }),
    ])
    .default({ by: 'none' }),
  /** What of a row says when it changed, and how `{{cursor}}` writes it. Without one, each run reads everything. */
  cursor: z
    .strictObject({ field: Path, format: z.enum(['iso', 'seconds', 'milliseconds', 'number']).default('iso') })
    .optional(),
  timeout: Duration.default('30s'),
  /** Read in one go, and no more than `HEDDLE_PULL_MAX_PAGE_BYTES` whatever this says. */
  maxPageBytes: z
    .int()
    .min(1_024)
    .max(64 * megabyte)
    .default(4 * megabyte),
  maxFileBytes: z
    .int()
    .min(1_024)
    .max(4_096 * megabyte)
    .default(1_024 * megabyte),
  maxPages: z.int().min(1).max(1_000_000).default(100_000),
});
export type HttpSettings = z.output<typeof HttpSettings>;

const Secret = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[\x20-\x7e]*$/, { error: 'A secret is one line of ASCII text.' });

export const HttpSecrets = z.strictObject({
  /** For `basic`. */
  user: Secret.optional(),
  password: Secret.optional(),
  /** For `bearer` and `header`. */
  token: Secret.optional(),
});
export type HttpSecrets = z.output<typeof HttpSecrets>;

function hasNoCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}
