import { z } from 'zod';
import { Duration } from '../../domain/definition-fields.schema';
import { parseDuration } from '../../domain/duration';
import { InstantInput } from '../instant';
import { pageOf } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute } from '../route';
import { grantableScopes } from '../scopes';
import { transact } from '../transact';
import { KeyBody, NewKeyBody, presentKey } from './presenter';
import { rotateKey } from './rotate-key';

const NewKey = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(['public', 'secret', 'management']),
  scopes: z.array(z.enum(grantableScopes)).max(50).default([]),
  /** Of an existing source, by its key. Another text makes one; without it, write keys make one of their name. */
  source: z.string().min(1).max(100).optional(),
  expiresAt: InstantInput.optional(),
  ratePerSecond: z.int().min(1).max(1_000_000).optional(),
});

const Id = z.strictObject({ id: z.string().max(100) });
/** What a management key sends comes from a server, unless it says otherwise. */
const sourceOfManagers = 'server';

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
      const { name, kind, scopes, expiresAt, ratePerSecond } = body;
      if ((kind === 'management') !== scopes.length > 0) {
        const message = 'Management keys need at least one scope; public and secret keys have none.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/scopes', message }]);
      }
      const { source: named = kind === 'management' ? sourceOfManagers : name } = body;
      const { doc, text } = await transact(deps, async (session) => {
        const source = await deps.store.sources.ensure(ws, named, now, session);
        const key = {
          ...{ name, kind, scopes, source, createdAt: now },
          ...(expiresAt !== undefined && { expiresAt }),
          ...(ratePerSecond !== undefined && { ratePerSecond }),
        };
        return deps.store.keys.create(ws, deps.keyEnvironment, key, session);
      });
      return { status: 201, body: { ...presentKey(doc), key: text } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/keys/{id}/rotate',
    scope: 'admin',
    summary: 'Make a key in the place of another, which works for as long as the overlap says',
    params: Id,
    body: z.strictObject({ overlap: Duration.default('24h') }),
    responses: { 201: NewKeyBody },
    handle: async (call) => {
      const { doc, text } = await rotateKey(call, call.params.id, parseDuration(call.body.overlap));
      return { status: 201, body: { ...presentKey(doc), key: text } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/keys/{id}',
    scope: 'admin',
    summary: 'Revoke a key; it stops working within five seconds',
    params: Id,
    responses: { 204: z.undefined() },
    handle: async ({ deps, ws, params, now }) => {
      if (!(await deps.store.keys.disable(ws, params.id, now))) throw notFound('such key');
      return { status: 204, body: undefined };
    },
  }),
];
