import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { definitionRoutes } from '../definition-routes';
import { defineRoute, type Route } from '../route';
import { DestinationBody, presentDestination } from './presenter';
import { TestBody, testDestination } from './test-destination';
import { DestinationInput } from '../../destinations/destination-input.schema';
import { deleteDestination, resumeDestination, saveDestination } from './save-destination';

const Key = z.strictObject({ key: DefinitionKey });

const destinations = definitionRoutes({
  ...{ path: '/v1/destinations', scope: 'destinations', noun: 'destination', key: DefinitionKey },
  summaries: {
    list: 'Connected tools, without their secrets',
    get: 'One connected tool, without its secrets',
    put: 'Connect a tool, or change it; secrets are sealed and never shown',
    delete: 'Disconnect a tool that no audience is attached to; its secrets are forgotten',
  },
  input: DestinationInput,
  body: DestinationBody,
  in: (store) => store.destinations,
  present: (found) => found.map(presentDestination),
  save: saveDestination,
  delete: deleteDestination,
});

export const destinationRoutes: readonly Route[] = [
  ...destinations.routes,
  defineRoute({
    method: 'post',
    path: '/v1/destinations/{key}/test',
    scope: 'destinations:write',
    summary: 'Send a harmless request, to see whether settings and secrets work',
    params: Key,
    responses: { 200: TestBody },
    handle: async (call) => {
      await destinations.find(call);
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
      await destinations.find(call);
      await call.deps.store.destinations.pause(call.ws, call.params.key, 'by hand', call.now);
      return destinations.answer(call, await destinations.find(call));
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
      await destinations.find(call);
      await resumeDestination(call, call.params.key);
      return destinations.answer(call, await destinations.find(call));
    },
  }),
];
