import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import type { JsonObject } from '../../domain/json';
import { jsonChanges } from '../../domain/json-changes';
import type { AudienceStatement } from '../../store/audiences';
import type { AudienceDoc } from '../../store/documents';
import type { AudienceVersionDoc } from '../../store/audience-versions';
import { Instant, presentInstant } from '../instant';
import { AnyJson } from '../json-schema';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { AudienceBody, presentRule, presentVariables } from './presenter';
import { audiences } from './routes';
import { cancelEditOf } from './edits';
import { saveAudience } from './save-audience';
import { SaveQuery, askedOf } from './save-query';

const { name, description, labels, kind, rule, public: isPublic, holdout, variables } = AudienceBody.shape;
const version = z.int();
const Change = z.strictObject({
  pointer: z.string().meta({ description: 'JSON pointer into the definition' }),
  from: AnyJson.optional(),
  to: AnyJson.optional(),
});
export const AudienceVersionBody = z.strictObject({
  ...{ version, name, description, labels, kind, rule, public: isPublic, holdout, variables },
  savedAt: Instant,
  savedBy: z.string().meta({ description: 'Id of the key' }),
  served: z.strictObject({ from: Instant, until: Instant.optional() }).optional().meta({
    description:
      'From when until when its rule decided who is in; absent of a version that never served, or does not yet',
  }),
  endedAs: z.enum(['cancelled', 'replaced']).optional().meta({
    description: 'Why it never served: the edit was cancelled, or another took its place',
  }),
  /** Against the version before; absent of the first. */
  changes: z.array(Change).optional(),
});
const Key = z.strictObject({ key: DefinitionKey });
const RollbackBody = z.strictObject({ version });

export const audienceVersionRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/versions',
    scope: 'audiences:read',
    summary: 'What the audience said, newest first, who saved it, and what that changed',
    params: Key,
    query: PageQuery,
    responses: { 200: pageOf(AudienceVersionBody) },
    handle: async (call) => {
      const audience = await audiences.find(call);
      const { key } = audience;
      const page = readPage(call);
      const before = page.after === undefined ? undefined : Number(page.after);
      if (Number.isNaN(before)) throw invalidRequest('The cursor is not one that this list gave.');
      const rows = await call.deps.store.audienceVersions.page(call.ws, key, page.limit + 1, before);
      const pairs = rows.map((row, index) => ({ row, before: rows[index + 1] }));
      return toPage(
        call,
        page,
        pairs,
        (pair) => presentVersion(audience, pair),
        ({ row }) => String(row.version),
      );
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/rollback',
    scope: 'audiences:write',
    summary:
      'Save again what an earlier version said, as the next one; a version that is the present one changes nothing',
    params: Key,
    query: SaveQuery,
    body: RollbackBody,
    responses: { 200: AudienceBody },
    handle: async (call) => {
      const { key } = await audiences.find(call);
      const found = await call.deps.store.audienceVersions.find(call.ws, key, call.body.version);
      if (!found) throw notFound(`version ${call.body.version} of the audience "${key}"`);
      return audiences.answer(call, await saveAudience(call, { key, ...contentOf(found) }, askedOf(call)));
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/cancel-edit',
    scope: 'audiences:write',
    summary: 'Have the version that is being prepared never serve; the one that serves goes on',
    params: Key,
    responses: { 200: AudienceBody },
    handle: async (call) => audiences.answer(call, await cancelEditOf(call)),
  }),
];

/** A definition as it was written. */
export function contentOf(doc: AudienceStatement) {
  return {
    name: doc.name,
    ...(doc.description !== undefined && { description: doc.description }),
    ...(doc.labels && { labels: [...doc.labels] }),
    ...presentRule(doc),
    public: doc.public === true,
    ...(doc.holdout && { holdout: doc.holdout }),
    ...presentVariables(doc),
  };
}

interface Pair {
  readonly row: AudienceVersionDoc;
  readonly before?: AudienceVersionDoc | undefined;
}

function presentVersion(audience: AudienceDoc, { row, before }: Pair) {
  const content = contentOf(row);
  return {
    ...{ version: row.version, ...content, savedAt: presentInstant(row.savedAt), savedBy: row.savedBy },
    ...presentServed(audience, row),
    ...(row.endedAs && { endedAs: row.endedAs }),
    ...(before && { changes: jsonChanges(asJson(contentOf(before)), asJson(content)) }),
  };
}

/** Those that were saved before versions were prepared served from their save on. */
function presentServed({ next, version }: AudienceDoc, row: AudienceVersionDoc) {
  const isWaiting = next !== undefined && row.version === version;
  const { servedFrom = row.savedAt, servedUntil } = row;
  if (isWaiting || row.endedAs) return {};
  const until = servedUntil !== undefined && { until: presentInstant(servedUntil) };
  return { served: { from: presentInstant(servedFrom), ...until } };
}

const asJson = (content: ReturnType<typeof contentOf>): JsonObject => content as unknown as JsonObject;
