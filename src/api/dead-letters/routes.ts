import { z } from 'zod';
import type { DeadLetterDoc } from '../../store/dead-letters';
import { Instant, presentInstant } from '../instant';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { seesPersonalData } from '../personal-data';
import { invalidRequest } from '../problem';
import { defineRoute, type Route } from '../route';

export const DeadLetterBody = z.strictObject({
  id: z.string(),
  stage: z.enum(['rejected', 'unapplied']),
  at: Instant,
  code: z.string(),
  path: z.string().optional(),
  message: z.string().optional(),
  messageId: z.string().optional(),
  kind: z.string().optional(),
  source: z.string().optional(),
  /** Only with the scope profiles:pii. */
  payload: z.string().optional(),
});

export const deadLetterRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/dead-letters',
    scope: 'profiles:read',
    summary: 'Events that were refused or could not be applied, newest first',
    query: PageQuery,
    responses: { 200: pageOf(DeadLetterBody) },
    handle: async (call) => {
      const page = readPage(call);
      const rows = await call.deps.store.deadLetters.page(call.ws, page.limit + 1, readCursor(page.after));
      const hasPayload = seesPersonalData(call.principal);
      return toPage(
        call,
        page,
        rows,
        (row) => present(row, hasPayload),
        ({ at, id }) => `${at}.${id}`,
      );
    },
  }),
];

function present(letter: DeadLetterDoc, hasPayload: boolean) {
  const { id, stage, at, code, path, message, messageId, kind, source, payload } = letter;
  const shown = hasPayload && payload !== undefined ? { payload } : {};
  return { id, stage, at: presentInstant(at), code, path, message, messageId, kind, source, ...shown };
}

function readCursor(cursor: string | undefined): { readonly at: number; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  const found = /^(\d{1,15})\.(ddl_[0-9a-f]{32})$/.exec(cursor);
  if (!found) throw invalidRequest('The cursor is not one that this list gave.');
  return { at: Number(found[1]), id: found[2] ?? '' };
}
