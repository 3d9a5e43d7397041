import { z } from 'zod';
import { mostEntries, Reason, Scope } from '../../domain/consent/suppression.schema';
import type { SuppressionDoc } from '../../store/suppressions';
import { InstantInput } from '../instant';
import { toInstantPage } from '../instant-page';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { SuppressionBody, presentSuppression } from './presenter';
import { bulkSuppress, findAbout, identifiersOf, release, suppress } from './save-suppressions';

const Ref = z.strictObject({ ref: z.string().min(1).max(400) });
const Entry = z.strictObject({
  scope: Scope.prefault('everything'),
  reason: Reason.default('manual'),
  expiresAt: InstantInput.optional(),
});
export const BulkEntry = Entry.extend({ identifier: z.strictObject({ type: z.string(), value: z.string() }) });

/** `sending`: attempts to deliver to them that had begun before, and have not ended yet. */
const sending = z.int().optional();
const Saved = pageOf(SuppressionBody).extend({ sending });
const BulkSaved = z.strictObject({
  saved: z.int(),
  rejected: z.array(z.strictObject({ index: z.int(), message: z.string() })),
  sending,
});

export const suppressionRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/suppressions',
    scope: 'consent:read',
    summary: 'Who must not be reached, newest first',
    query: PageQuery.extend({
      scope: Scope.optional(),
      reason: Reason.optional(),
      type: z.string().min(1).max(64).optional(),
    }),
    responses: { 200: pageOf(SuppressionBody) },
    handle: async (call) => {
      const { scope, reason, type } = call.query;
      const filter = { ...(scope && { scope }), ...(reason && { reason }), ...(type !== undefined && { type }) };
      return toInstantPage(
        call,
        ({ at }: SuppressionDoc) => at,
        (...range) => call.deps.store.suppressions.page(call.ws, filter, ...range),
        presentSuppression,
      );
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/suppressions',
    scope: 'consent:write',
    summary: 'Add many entries; nothing is sent to these people after the answer, unless it says `sending`',
    body: z.strictObject({ entries: z.array(BulkEntry).max(mostEntries) }),
    responses: { 200: BulkSaved },
    handle: async (call) => ({ status: 200, body: await bulkSuppress(call, call.body.entries) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/suppressions/{ref}',
    scope: 'consent:read',
    summary:
      'The entries about an identifier (`type:value`), about every identifier of a profile (`prf_…`), or one (`sup_…`)',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(SuppressionBody) },
    handle: async (call) =>
      toPageOfAll(call, readPage(call), await findAbout(call, call.params.ref), presentSuppression),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/suppressions/{ref}',
    scope: 'consent:write',
    summary: 'Add an entry, or change it; nothing is sent to them after the answer, unless it says `sending`',
    params: Ref,
    body: Entry.prefault({}),
    responses: { 200: Saved },
    handle: async (call) => {
      const identifiers = await identifiersOf(call, call.params.ref);
      const attempts = await suppress(
        call,
        identifiers.map((identifier) => ({ identifier, ...call.body })),
      );
      const data = (await findAbout(call, call.params.ref)).map(presentSuppression);
      return { status: 200, body: { data, ...(attempts > 0 && { sending: attempts }) } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/suppressions/{ref}',
    scope: 'consent:write',
    summary: 'Take entries off the list: all about the reference, or those of a scope',
    params: Ref,
    query: z.strictObject({ scope: Scope.optional() }),
    responses: { 204: z.undefined() },
    handle: async (call) => {
      const { ref } = call.params;
      const { scope } = call.query;
      const docs = (await findAbout(call, ref)).filter((doc) => scope === undefined || doc.scope === scope);
      if (docs.length === 0) throw notFound('such suppression');
      await release(call, docs);
      return { status: 204, body: undefined };
    },
  }),
];
