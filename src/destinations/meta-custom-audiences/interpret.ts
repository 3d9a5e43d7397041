import { z } from 'zod';
import type { ItemResult, ResultKind } from '../../domain/delivery/item-result';
import type { Created, Found, HttpResponse, NewAudience, PlannedRequest } from '../destination';
import { forAllItems, isSuccess, retryAfterMs, withPause, type VendorAnswer } from '../http-answer';
import { errorCodes } from './constants';

/** Answers also carry samples of invalid entries. They are personal data, so the schema leaves them behind. */
const Uploaded = z.object({ num_received: z.number(), num_invalid_entries: z.number().default(0) });
const Named = z.object({ id: z.union([z.string(), z.number()]) });
const Listed = z.object({
  data: z.array(Named.extend({ description: z.string().default('') })),
  paging: z
    .object({ next: z.string().optional(), cursors: z.object({ after: z.string().optional() }).optional() })
    .default({}),
});
const Failed = z.object({
  error: z.object({
    code: z.number(),
    error_subcode: z.number().optional(),
    is_transient: z.boolean().optional(),
  }),
});
const Usage = z.record(z.string(), z.array(z.object({ estimated_time_to_regain_access: z.number().default(0) })));

/**
 * Meta reports numbers, not rows. Some invalid entries among several rows are therefore `ambiguous`: the valid ones are in, nobody
 * knows which; sending halves again (a set: repeats change nothing) finds the others. A single invalid row is known.
 */
export function interpretMeta(response: HttpResponse, planned: PlannedRequest, now: number): ItemResult[] {
  const body = parseJson(response.body);
  const failed = Failed.safeParse(body);
  if (!isSuccess(response) || failed.success) return forAllItems(planned, failure(response, body, now));
  if (planned.request.method === 'GET') return forAllItems(planned, found(body));
  return forAllItems(planned, uploaded(body, planned.items.length));
}

/** The id of a created audience. */
export function interpretCreated(response: HttpResponse, now: number): Created {
  const body = parseJson(response.body);
  const named = Named.safeParse(body);
  if (isSuccess(response) && named.success) return { externalId: String(named.data.id) };
  return { failed: isSuccess(response) ? unreadable : failure(response, body, now) };
}

/** The audience whose description has the mark, in one page of the ad account's audiences. */
export function interpretFound(response: HttpResponse, { mark }: NewAudience, now: number): Found {
  const body = parseJson(response.body);
  const listed = Listed.safeParse(body);
  if (!isSuccess(response) || !listed.success)
    return { failed: isSuccess(response) ? unreadable : failure(response, body, now) };
  const { data, paging } = listed.data;
  const marked = data.find(({ description }) => description.includes(mark));
  // Meta gives cursors on the last page too; only `next` says that there is another.
  return marked
    ? { externalId: String(marked.id) }
    : { next: paging.next === undefined ? undefined : paging.cursors?.after };
}

const unreadable: VendorAnswer = {
  kind: 'transient',
  code: 'meta-unreadable',
  message: 'Meta answered in an unknown form.',
};

const found = (body: unknown): VendorAnswer =>
  Named.safeParse(body).success ? { kind: 'ok', code: 'meta-ok', message: 'Meta knows this ad account.' } : unreadable;

function uploaded(body: unknown, rows: number): VendorAnswer {
  const parsed = Uploaded.safeParse(body);
  if (!parsed.success) return unreadable;
  const { num_received: received, num_invalid_entries: invalid } = parsed.data;
  // Seen as success with nothing in it; taking it for one would leave people out, or in, for ever.
  if (received === 0)
    return { kind: 'transient', code: 'meta-none-received', message: 'Meta says it received no rows.' };
  if (invalid > 0 && rows === 1) {
    return {
      kind: 'invalid',
      code: 'meta-invalid-entry',
      message: 'Meta does not accept the identifiers of this row.',
    };
  }
  if (invalid > 0 || received < rows) {
    return {
      kind: 'ambiguous',
      code: 'meta-some-invalid',
      message: `Meta took ${received - invalid} of ${rows} rows.`,
    };
  }
  return { kind: 'ok', code: 'meta-ok', message: 'Received.' };
}

const sentences: Readonly<Record<ResultKind, string>> = {
  ok: 'Received.',
  invalid: 'Meta does not accept this request.',
  throttled: 'Meta asks to slow down.',
  transient: 'Meta failed for a moment.',
  auth: 'Meta refuses access: check token, permissions, terms and the audience, then resume the destination.',
  ambiguous: 'Meta took some rows.',
};

/** Meta's own message is not passed on: it may quote what was sent. */
function failure(response: HttpResponse, body: unknown, now: number): VendorAnswer {
  const failed = Failed.safeParse(body);
  const kind = failed.success ? kindOfError(failed.data.error, response.status) : kindOfStatus(response.status);
  const answer = {
    kind,
    code: failed.success ? codeOf(failed.data.error) : `http-${response.status}`,
    message: sentences[kind],
  };
  return kind === 'throttled' || kind === 'transient' ? withPause(answer, pauseMs(response, now)) : answer;
}

type GraphError = z.infer<typeof Failed>['error'];

const codeOf = ({ code, error_subcode: sub }: GraphError): string =>
  sub === undefined ? `meta-${code}` : `meta-${code}-${sub}`;

/** The subcode is the sharper of the two: 100 is a bad parameter, 100 with 1713230 a blocked audience. */
function kindOfError({ code, error_subcode: sub, is_transient }: GraphError, status: number): ResultKind {
  const known = (sub === undefined ? undefined : listed(sub)) ?? listed(code);
  if (known) return known;
  return is_transient === true ? 'transient' : kindOfStatus(status);
}

function listed(code: number): ResultKind | undefined {
  const kinds = Object.keys(errorCodes) as (keyof typeof errorCodes)[];
  return kinds.find((kind) => (errorCodes[kind] as readonly number[]).includes(code));
}

function kindOfStatus(status: number): ResultKind {
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'auth';
  return status >= 500 || status < 400 ? 'transient' : 'invalid';
}

/** `X-Business-Use-Case-Usage` says in minutes when access is regained; the longest one counts. */
function pauseMs(response: HttpResponse, now: number): number | undefined {
  const usage = Usage.safeParse(parseJson(response.headers['x-business-use-case-usage'] ?? ''));
  const minutes = usage.success
    ? Object.values(usage.data).flatMap((uses) => uses.map((use) => use.estimated_time_to_regain_access))
    : [];
  const longest = Math.max(0, ...minutes);
  return longest > 0 ? longest * 60_000 : retryAfterMs(response, now);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
