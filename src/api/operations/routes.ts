import { z } from 'zod';
import { operationKindNames, operationKinds, operationStatuses } from '../../domain/operations/operation';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { conflict, invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { OperationBody, presentOperation } from './presenter';

const Id = z.strictObject({ id: z.string().min(1).max(100) });

export const operationRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/operations',
    scope: 'profiles:read',
    summary: 'Long work of the workspace, newest first',
    query: PageQuery.extend({
      kind: z.enum(operationKindNames).optional(),
      status: z.enum(operationStatuses).optional(),
    }),
    responses: { 200: pageOf(OperationBody) },
    handle: async (call) => {
      const page = readPage(call);
      const { kind, status } = call.query;
      const of = { ...(kind && { kind }), ...(status && { status }) };
      const rows = await call.deps.store.operations.page(call.ws, page.limit + 1, of, readCursor(page.after));
      return toPage(call, page, rows, presentOperation, ({ createdAt, id }) => `${createdAt}.${id}`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/operations/{id}',
    scope: 'profiles:read',
    summary: 'How far one has come, and what came of it',
    params: Id,
    responses: { 200: OperationBody },
    handle: async (call) => ({ status: 200, body: presentOperation(await findOperation(call)) }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/operations/{id}/cancel',
    scope: 'profiles:write',
    summary: 'Stop one after the step it is at; what is done stays done',
    params: Id,
    responses: { 200: OperationBody },
    handle: async (call) => {
      const { kind, status } = await findOperation(call);
      if (status === 'running' && !operationKinds[kind].cancel)
        throw conflict(`An operation of kind ${kind} cannot be stopped half way.`);
      const how = { status: 'cancelled' } as const;
      if (await call.deps.store.operations.end(call.ws, call.params.id, how, call.now))
        call.metrics.operationsEnded.inc({ kind, outcome: 'cancelled' });
      return { status: 200, body: presentOperation(await findOperation(call)) };
    },
  }),
];

async function findOperation({ deps, ws, params }: KeyCall<{ id: string }>) {
  const stored = await deps.store.operations.find(ws, params.id);
  if (!stored) throw notFound('such operation');
  return stored.operation;
}

function readCursor(cursor: string | undefined): { readonly createdAt: number; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  const found = /^(\d{1,15})\.(op_[0-9a-f]{32})$/.exec(cursor);
  if (!found) throw invalidRequest('The cursor is not one that this list gave.');
  return { createdAt: Number(found[1]), id: found[2] ?? '' };
}
