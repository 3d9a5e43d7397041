import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { defineRoute, type Route } from '../route';
import { readPull, resetPull, startPull, testSource } from './pull';
import { PullBody, SampleBody, presentSample } from './pull-presenter';

const Key = z.strictObject({ key: DefinitionKey });

export const pullRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/sources/{key}/pull',
    scope: 'sources:read',
    summary: 'How far a source has been read, and when it is asked next',
    params: Key,
    responses: { 200: PullBody },
    handle: async (call) => ({ status: 200, body: await readPull(call) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/sources/{key}/pull',
    scope: 'sources:write',
    summary: 'Ask a source now; one that has refused is given another chance',
    params: Key,
    responses: { 202: PullBody },
    handle: async (call) => ({ status: 202, body: await startPull(call) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/sources/{key}/pull/reset',
    scope: 'sources:write',
    summary: 'Have the next run begin anew, or at a value of the cursor; rows that say the same count once',
    params: Key,
    body: z.strictObject({
      /** A time or another value of the source's cursor. */
      from: z.string().min(1).max(256).optional(),
    }),
    responses: { 200: PullBody },
    handle: async (call) => ({ status: 200, body: await resetPull(call, call.body.from) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/sources/{key}/test',
    scope: 'sources:write',
    summary: "Read a source's first rows, and see what its mapping makes of them; nothing is stored",
    params: Key,
    responses: { 200: SampleBody },
    handle: async (call) => ({ status: 200, body: presentSample(await testSource(call), call.principal) }),
  }),
];
