import { z } from 'zod';
import { InstantInput } from '../instant';
import { pageOf } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute } from '../route';
import { grantableScopes } from '../scopes';
import { KeyBody, NewKeyBody, presentKey } from './presenter';

const NewKey = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(['public', 'secret', 'management']),
  scopes: z.array(z.enum(grantableScopes)).max(50).default([]),
  source: z.string().min(1).max(100).optional(),
  expiresAt: InstantInput.optional(),
  ratePerSecond: z.int().min(1).max(1_000_000).optional(),
});

export const keyRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/keys',
    scope: 'admin',
    summary: 'The keys of the workspace, without their secrets',
    responses: { 200: pageOf(KeyBody) },
    handle: async ({ deps, ws }) => ({ status: 200, body: { data: (await deps.store.keys.list(ws)).map(presentKey) } }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/keys',
    scope: 'admin',
    summary: 'Make a key; the answer is the only place that shows it',
    body: NewKey,
    responses: { 201: NewKeyBody },
    handle: async ({ deps, ws, body, now }) => {
      const { name, kind, scopes, source = name, expiresAt, ratePerSecond } = body;
      if ((kind === 'management') !== scopes.length > 0) {
        const message = 'Management keys need at least one scope; public and secret keys have none.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/scopes', message }]);
      }
      const key = {
        ...{ name, kind, scopes, source, createdAt: now },
        ...(expiresAt !== undefined && { expiresAt }),
        ...(ratePerSecond !== undefined && { ratePerSecond }),
      };
      const { doc, text } = await deps.store.keys.create(ws, deps.keyEnvironment, key);
      return { status: 201, body: { ...presentKey(doc), key: text } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/keys/{id}',
    scope: 'admin',
    summary: 'Revoke a key; it stops working within five seconds',
    params: z.strictObject({ id: z.string().max(100) }),
    responses: { 204: z.undefined() },
    handle: async ({ deps, ws, params, now }) => {
      if (!(await deps.store.keys.disable(ws, params.id, now))) throw notFound('such key');
      return { status: 204, body: undefined };
    },
  }),
];
