import { z } from 'zod';
import { AudienceDefinition } from '../../domain/audiences/rule.schema';
import type { AudienceDoc } from '../../store/documents';
import { demandScope } from '../authenticate';
import { etagOf } from '../etag';
import { Instant, InstantInput, presentInstant } from '../instant';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { PageQuery, pageOf, readPage, toPage, toPageOfAll } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { AudienceBody, MemberBody, SizeBody, presentAudience, presentMember, ruleOf } from './presenter';
import { previewAudience } from './preview';
import { deleteAudience, saveAudience } from './save-audience';

const Key = z.strictObject({ key: DefinitionKey });
const points = { usual: 30, most: 200 };

const PreviewBody = z.strictObject({
  /** A rule to try; the saved one when absent. */
  rule: AudienceDefinition.shape.rule.optional(),
  asOf: InstantInput.optional(),
  /** How many matching profiles to name. */
  sample: z.int().min(0).max(100).default(10),
});
const PreviewAnswer = z.strictObject({
  asOf: Instant,
  count: z.int(),
  sample: z.array(z.string()),
  /** Of those that match, how many have an identifier of a type. */
  identifiers: z.record(z.string(), z.int()),
});
const HistoryQuery = z.strictObject({
  from: InstantInput.optional(),
  to: InstantInput.optional(),
  points: z.coerce.number().int().min(2).max(points.most).default(points.usual),
});

export const audienceRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/audiences',
    scope: 'audiences:read',
    summary: 'Audiences with their present sizes',
    query: PageQuery,
    responses: { 200: pageOf(AudienceBody) },
    handle: async (call) => {
      const { store } = call.deps;
      const page = toPageOfAll(call, readPage(call), await store.audiences.list(call.ws), (audience) => audience);
      const sizes = await Promise.all(page.body.data.map(({ key }) => store.memberships.size(call.ws, key)));
      const data = page.body.data.map((audience, index) => presentAudience(audience, sizes[index] ?? 0));
      return { ...page, body: { ...page.body, data } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}',
    scope: 'audiences:read',
    summary: 'One audience',
    params: Key,
    responses: { 200: AudienceBody },
    handle: async (call) => answer(call, await findAudience(call)),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/audiences/{key}',
    scope: 'audiences:write',
    summary: 'Save an audience; profiles are brought to it in the background',
    params: Key,
    body: AudienceDefinition.partial({ key: true }),
    responses: { 200: AudienceBody },
    handle: async (call) => {
      const { key } = call.params;
      if (call.body.key !== undefined && call.body.key !== key) {
        const message = 'The key in the body is another than the one in the path.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/key', message }]);
      }
      return answer(call, await saveAudience(call, { ...call.body, key }));
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/audiences/{key}',
    scope: 'audiences:write',
    summary: 'Delete an audience that nothing refers to',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await deleteAudience(call, call.params.key);
      return { status: 204, body: undefined };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/members',
    scope: 'audiences:read',
    summary: 'Present members',
    params: Key,
    query: PageQuery,
    responses: { 200: pageOf(MemberBody) },
    handle: async (call) => {
      const { key } = await findAudience(call);
      const page = readPage(call);
      const rows = await call.deps.store.memberships.members(call.ws, key, page.limit + 1, page.after);
      return toPage(call, page, rows, presentMember, ({ cursor }) => cursor);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/history',
    scope: 'audiences:read',
    summary: 'Size over time, exact at each instant',
    params: Key,
    query: HistoryQuery,
    responses: { 200: pageOf(SizeBody) },
    handle: async (call) => {
      const { key, createdAt } = await findAudience(call);
      const { from = createdAt, to = call.now } = call.query;
      const instants = spread(from, to, call.query.points);
      const sizes = await call.deps.store.memberships.sizesAt(call.ws, key, instants);
      return { status: 200, body: { data: sizes.map(({ at, size }) => ({ at: presentInstant(at), size })) } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/preview',
    isIdempotent: true,
    scope: 'audiences:read',
    summary:
      'Evaluate from stored events, now or as of a past instant; saves nothing. A rule to try needs the scope audiences:write',
    params: Key,
    body: PreviewBody.prefault({}),
    responses: { 200: PreviewAnswer },
    handle: async (call) => {
      const { asOf, sample: sampleSize } = call.body;
      // Whoever may ask any rule can read any trait, one guess at a time.
      if (call.body.rule !== undefined) demandScope(call.principal, 'audiences:write');
      const at = asOf ?? call.now;
      const saved = await call.deps.store.audiences.list(call.ws);
      const rule = call.body.rule ?? ruleOf(await findAudience(call));
      const audiences = new Map(saved.map((audience) => [audience.key, ruleOf(audience)]));
      const isPast = at < call.now;
      const found = await previewAudience(call.deps.store, call.ws, { rule, audiences, at, isPast, sampleSize });
      return { status: 200, body: { asOf: presentInstant(at), ...found } };
    },
  }),
];

async function findAudience({ deps, ws, params }: KeyCall<{ key: string }>): Promise<AudienceDoc> {
  const audience = await deps.store.audiences.find(ws, params.key);
  if (!audience) throw notFound(`audience "${params.key}"`);
  return audience;
}

async function answer({ deps, ws }: KeyCall, audience: AudienceDoc) {
  const size = await deps.store.memberships.size(ws, audience.key);
  const headers = { ETag: etagOf(audience.version) };
  return { status: 200 as const, body: presentAudience(audience, size), headers };
}

/** `count` instants from one to the other, both included. */
function spread(from: number, to: number, count: number): number[] {
  if (from > to) {
    const message = '`from` is later than `to`.';
    throw invalidRequest(message, [{ in: 'query', pointer: '/from', message }]);
  }
  return Array.from({ length: count }, (_, index) => Math.round(from + ((to - from) * index) / (count - 1)));
}
