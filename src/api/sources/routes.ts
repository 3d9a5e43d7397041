import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { allImports } from '../../domain/imports/import-events';
import type { SourceDoc } from '../../store/sources';
import { etagOf } from '../etag';
import { InstantInput, presentInstant } from '../instant';
import { KeyBody, presentKey } from '../keys/presenter';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { SourceBody, VolumeBody, presentSource, presentTraffic } from './presenter';
import { readHealth, readVolume } from './read-health';
import { SourceInput, deleteSource, saveSource } from './save-source';

const dayMs = 86_400_000;
const usualRangeMs = dayMs;
const longestRangeMs = 400 * dayMs;

const Key = z.strictObject({ key: DefinitionKey });

export const sourceRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/sources',
    scope: 'sources:read',
    summary: 'Where data comes from',
    query: PageQuery,
    responses: { 200: pageOf(SourceBody) },
    handle: async (call) => {
      const sources = await call.deps.store.sources.list(call.ws);
      const keys = sources.map(({ key }) => key);
      const healthOf = await readHealth(call, keys);
      return toPageOfAll(call, readPage(call), sources, (source) => presentSource(source, healthOf(source.key)));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/sources/{key}',
    scope: 'sources:read',
    summary: 'One source, without its secrets',
    params: Key,
    responses: { 200: SourceBody },
    handle: async (call) => answer(call, await findSource(call)),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/sources/{key}/keys',
    scope: 'sources:read',
    summary: 'The keys that send for it, without their secrets',
    params: Key,
    responses: { 200: pageOf(KeyBody) },
    handle: async (call) => {
      const { key } = await findSource(call);
      const keys = (await call.deps.store.keys.list(call.ws)).filter(({ source }) => source === key);
      return { status: 200, body: { data: keys.map(presentKey) } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/sources/{key}/volume',
    scope: 'sources:read',
    summary:
      'What it sent in each hour or day (UTC) in which it sent something; the last day unless the range is said. `import` is all imports',
    params: Key,
    query: z.strictObject({
      from: InstantInput.optional(),
      to: InstantInput.optional(),
      interval: z.enum(['hour', 'day']).default('hour'),
    }),
    responses: { 200: pageOf(VolumeBody) },
    handle: async (call) => {
      const { key } = call.params;
      if (key !== allImports) await findSource(call);
      const { to = call.now + 1, from = to - usualRangeMs, interval } = call.query;
      if (to - from > longestRangeMs)
        throw invalidRequest('The range is longer than 400 days; ask for less at a time.');
      const volume = await readVolume(call, key, { from, to, interval });
      const data = volume.map(([at, traffic]) => ({ from: presentInstant(at), ...presentTraffic(traffic) }));
      return { status: 200, body: { data } };
    },
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
      return answer(call, await saveSource(call, key, call.body));
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

async function answer(call: KeyCall, source: SourceDoc) {
  const healthOf = await readHealth(call, [source.key]);
  const headers = { ETag: etagOf(source.version) };
  return { status: 200 as const, body: presentSource(source, healthOf(source.key)), headers };
}
