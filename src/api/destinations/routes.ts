import { z } from 'zod';
import type { DestinationDoc } from '../../store/documents';
import { etagOf } from '../etag';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { DestinationBody, presentDestination } from './presenter';
import { TestBody, testDestination } from './test-destination';
import { DestinationInput, deleteDestination, resumeDestination, saveDestination } from './save-destination';

const Key = z.strictObject({ key: DefinitionKey });

export const destinationRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/destinations',
    scope: 'destinations:read',
    summary: 'Connected tools, without their secrets',
    query: PageQuery,
    responses: { 200: pageOf(DestinationBody) },
    handle: async (call) =>
      toPageOfAll(call, readPage(call), await call.deps.store.destinations.list(call.ws), presentDestination),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/destinations/{key}',
    scope: 'destinations:read',
    summary: 'One connected tool, without its secrets',
    params: Key,
    responses: { 200: DestinationBody },
    handle: async (call) => answer(await findDestination(call)),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/destinations/{key}',
    scope: 'destinations:write',
    summary: 'Connect a tool, or change it; secrets are sealed and never shown',
    params: Key,
    body: DestinationInput,
    responses: { 200: DestinationBody },
    handle: async (call) => {
      const { key } = call.params;
      if (call.body.key !== undefined && call.body.key !== key) {
        const message = 'The key in the body is another than the one in the path.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/key', message }]);
      }
      return answer(await saveDestination(call, key, call.body));
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/destinations/{key}',
    scope: 'destinations:write',
    summary: 'Disconnect a tool that no audience is attached to; its secrets are forgotten',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await deleteDestination(call, call.params.key);
      return { status: 204, body: undefined };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/destinations/{key}/test',
    scope: 'destinations:write',
    summary: 'Send a harmless request, to see whether settings and secrets work',
    params: Key,
    responses: { 200: TestBody },
    handle: async (call) => {
      await findDestination(call);
      return { status: 200, body: await testDestination(call, call.params.key) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/destinations/{key}/pause',
    scope: 'destinations:write',
    summary: 'Let work wait, burning no attempt',
    params: Key,
    responses: { 200: DestinationBody },
    handle: async (call) => {
      await findDestination(call);
      await call.deps.store.destinations.pause(call.ws, call.params.key, 'by hand', call.now);
      return answer(await findDestination(call));
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/destinations/{key}/resume',
    scope: 'destinations:write',
    summary: 'Let waiting work go on',
    params: Key,
    responses: { 200: DestinationBody },
    handle: async (call) => {
      await findDestination(call);
      await resumeDestination(call, call.params.key);
      return answer(await findDestination(call));
    },
  }),
];

async function findDestination({ deps, ws, params }: KeyCall<{ key: string }>): Promise<DestinationDoc> {
  const destination = await deps.store.destinations.find(ws, params.key);
  if (!destination) throw notFound(`destination "${params.key}"`);
  return destination;
}

function answer(destination: DestinationDoc) {
  return {
    status: 200 as const,
    body: presentDestination(destination),
    headers: { ETag: etagOf(destination.version) },
  };
}
