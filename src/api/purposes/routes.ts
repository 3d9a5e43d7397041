import { z } from 'zod';
import { PurposeDefinition, PurposeKey } from '../../domain/consent/purpose.schema';
import type { PurposeDoc } from '../../store/purposes';
import { etagOf } from '../etag';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { PurposeBody, presentPurpose } from './presenter';
import { deletePurpose, savePurpose } from './save-purpose';

const Key = z.strictObject({ key: PurposeKey });

export const purposeRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/purposes',
    scope: 'consent:read',
    summary: 'What people consent to',
    query: PageQuery,
    responses: { 200: pageOf(PurposeBody) },
    handle: async (call) =>
      toPageOfAll(call, readPage(call), await call.deps.store.purposes.list(call.ws), presentPurpose),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/purposes/{key}',
    scope: 'consent:read',
    summary: 'One purpose',
    params: Key,
    responses: { 200: PurposeBody },
    handle: async ({ deps, ws, params: { key } }) => {
      const purpose = await deps.store.purposes.find(ws, key);
      if (!purpose) throw notFound(`purpose "${key}"`);
      return answer(purpose);
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/purposes/{key}',
    scope: 'consent:write',
    summary: 'Define a purpose, or change it; who may be held at destinations is decided anew',
    params: Key,
    body: PurposeDefinition.partial({ key: true }),
    responses: { 200: PurposeBody },
    handle: async (call) => {
      const { key } = call.params;
      if (call.body.key !== undefined && call.body.key !== key) {
        const message = 'The key in the body is another than the one in the path.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/key', message }]);
      }
      return answer(await savePurpose(call, { ...call.body, key }));
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/purposes/{key}',
    scope: 'consent:write',
    summary: 'Forget a purpose that nothing needs; what people said of it stays',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await deletePurpose(call, call.params.key);
      return { status: 204, body: undefined };
    },
  }),
];

function answer(purpose: PurposeDoc) {
  return { status: 200 as const, body: presentPurpose(purpose), headers: { ETag: etagOf(purpose.version) } };
}
