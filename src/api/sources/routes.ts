import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import type { SourceDoc } from '../../store/sources';
import { etagOf } from '../etag';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { SourceBody, presentSource } from './presenter';
import { SourceInput, deleteSource, saveSource } from './save-source';

const Key = z.strictObject({ key: DefinitionKey });

export const sourceRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/sources',
    scope: 'sources:read',
    summary: 'Where data comes from',
    query: PageQuery,
    responses: { 200: pageOf(SourceBody) },
    handle: async (call) =>
      toPageOfAll(call, readPage(call), await call.deps.store.sources.list(call.ws), presentSource),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/sources/{key}',
    scope: 'sources:read',
    summary: 'One source, without its secrets',
    params: Key,
    responses: { 200: SourceBody },
    handle: async (call) => answer(await findSource(call)),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/sources/{key}',
    scope: 'sources:write',
    summary: 'Connect a source, or change it; secrets are sealed and never shown',
    params: Key,
    body: SourceInput,
    responses: { 200: SourceBody },
    handle: async (call) => {
      const { key } = call.params;
      if (call.body.key !== undefined && call.body.key !== key) {
        const message = 'The key in the body is another than the one in the path.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/key', message }]);
      }
      return answer(await saveSource(call, key, call.body));
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/sources/{key}',
    scope: 'sources:write',
    summary: 'Disconnect a source; what it sent stays, its secrets are forgotten',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await deleteSource(call, call.params.key);
      return { status: 204, body: undefined };
    },
  }),
];

async function findSource({ deps, ws, params }: KeyCall<{ key: string }>): Promise<SourceDoc> {
  const source = await deps.store.sources.find(ws, params.key);
  if (!source) throw notFound(`source "${params.key}"`);
  return source;
}

function answer(source: SourceDoc) {
  return { status: 200 as const, body: presentSource(source), headers: { ETag: etagOf(source.version) } };
}
