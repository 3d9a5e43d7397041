import { dayMs } from '../../domain/duration';
import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { allImports } from '../../domain/imports/import-events';
import { definitionRoutes } from '../definition-routes';
import { InstantInput, presentInstant } from '../instant';
import { KeyBody, presentKey } from '../keys/presenter';
import { pageOf } from '../page';
import { invalidRequest } from '../problem';
import { defineRoute, type Route } from '../route';
import { SourceBody, VolumeBody, presentSource, presentTraffic } from './presenter';
import { readHealth, readVolume } from './read-health';
import { SourceInput } from '../../sources/source-input.schema';
import { deleteSource, saveSource } from './save-source';

const usualRangeMs = dayMs;
const longestRangeMs = 400 * dayMs;

const Key = z.strictObject({ key: DefinitionKey });

const sources = definitionRoutes({
  ...{ path: '/v1/sources', scope: 'sources', noun: 'source', key: DefinitionKey },
  summaries: {
    list: 'Where data comes from',
    get: 'One source, without its secrets',
    put: 'Connect a source, or change it; secrets are sealed and never shown',
    delete: 'Disconnect a source; what it sent stays, its secrets are forgotten',
  },
  input: SourceInput,
  body: SourceBody,
  in: (store) => store.sources,
  present: async (found, call) => {
    const healthOf = await readHealth(
      call,
      found.map(({ key }) => key),
    );
    return found.map((source) => presentSource(source, healthOf(source.key)));
  },
  save: saveSource,
  delete: deleteSource,
});

export const sourceRoutes: readonly Route[] = [
  ...sources.routes,
  defineRoute({
    method: 'get',
    path: '/v1/sources/{key}/keys',
    scope: 'sources:read',
    summary: 'The keys that send for it, without their secrets',
    params: Key,
    responses: { 200: pageOf(KeyBody) },
    handle: async (call) => {
      const { key } = await sources.find(call);
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
      if (key !== allImports) await sources.find(call);
      const { to = call.now + 1, from = to - usualRangeMs, interval } = call.query;
      if (to - from > longestRangeMs)
        throw invalidRequest('The range is longer than 400 days; ask for less at a time.');
      const volume = await readVolume(call, key, { from, to, interval });
      const data = volume.map(([at, traffic]) => ({ from: presentInstant(at), ...presentTraffic(traffic) }));
      return { status: 200, body: { data } };
    },
  }),
];
