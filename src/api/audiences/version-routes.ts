import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import type { JsonObject } from '../../domain/json';
import { jsonChanges } from '../../domain/json-changes';
import type { AudienceStatement } from '../../store/audiences';
import type { AudienceVersionDoc } from '../../store/audience-versions';
import { Instant, presentInstant } from '../instant';
import { AnyJson } from '../json-schema';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { AudienceBody, presentRule, presentVariables } from './presenter';
import { audiences } from './routes';
import { saveAudience } from './save-audience';

const { name, description, labels, kind, rule, public: isPublic, holdout, variables, version } = AudienceBody.shape;
const Change = z.strictObject({
  pointer: z.string().meta({ description: 'JSON pointer into the definition' }),
  from: AnyJson.optional(),
  to: AnyJson.optional(),
});
export const AudienceVersionBody = z.strictObject({
  ...{ version, name, description, labels, kind, rule, public: isPublic, holdout, variables },
  savedAt: Instant,
  savedBy: z.string().meta({ description: 'Id of the key' }),
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
      const { key } = await audiences.find(call);
      const page = readPage(call);
      const before = page.after === undefined ? undefined : Number(page.after);
      if (Number.isNaN(before)) throw invalidRequest('The cursor is not one that this list gave.');
      const rows = await call.deps.store.audienceVersions.page(call.ws, key, page.limit + 1, before);
      const pairs = rows.map((row, index) => ({ row, before: rows[index + 1] }));
      return toPage(call, page, pairs, presentVersion, ({ row }) => String(row.version));
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/rollback',
    scope: 'audiences:write',
    summary:
      'Save again what an earlier version said, as the next one; a version that is the present one changes nothing',
    params: Key,
    body: RollbackBody,
    responses: { 200: AudienceBody },
    handle: async (call) => {
      const { key } = await audiences.find(call);
      const found = await call.deps.store.audienceVersions.find(call.ws, key, call.body.version);
      if (!found) throw notFound(`version ${call.body.version} of the audience "${key}"`);
      return audiences.answer(call, await saveAudience(call, { key, ...contentOf(found) }));
    },
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

function presentVersion({
  row,
  before,
}: {
  readonly row: AudienceVersionDoc;
  readonly before?: AudienceVersionDoc | undefined;
}) {
  const content = contentOf(row);
  return {
    ...{ version: row.version, ...content, savedAt: presentInstant(row.savedAt), savedBy: row.savedBy },
    ...(before && { changes: jsonChanges(asJson(contentOf(before)), asJson(content)) }),
  };
}

const asJson = (content: ReturnType<typeof contentOf>): JsonObject => content as unknown as JsonObject;
