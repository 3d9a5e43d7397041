import { z } from 'zod';
import { DefinitionKey } from '../../../domain/definition-fields.schema';
import { newOperationId } from '../../../store/operations';
import { demandScope } from '../../authenticate';
import { OperationBody } from '../../operations/presenter';
import { accepted } from '../../operations/start-operation';
import { invalidRequest, Problem } from '../../problem';
import { ProfileRef } from '../../profiles/find-profile';
import { defineRoute, type Route } from '../../route';
import { streamedOut } from '../../streamed';
import { changeMembers } from './change-members';
import { copyMembers } from './copy-members';
import { listFor } from './manual';
import { exportMembers, fieldsOf } from './export-members';
import { audiences } from '../routes';

const Key = z.strictObject({ key: DefinitionKey });
const Refs = z.array(ProfileRef).default([]);
const ChangesInput = z.strictObject({
  add: Refs.meta({ description: 'Whom to put in: `prf_…` or `type:value`' }),
  remove: Refs.meta({ description: 'Whom to take out; who is in both is taken out' }),
});
export const ChangedMembersBody = z.strictObject({
  /** People who were named, whether or not they were in before. */
  added: z.int(),
  removed: z.int(),
  /** References that name nobody, as JSON pointers into the body. */
  unknown: z.array(z.strictObject({ pointer: z.string(), message: z.string() })),
});

const unknownMessage = 'Nobody is known by this; send an event of theirs first, or correct it.';

export const audienceMemberRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/members',
    scope: 'audiences:write',
    summary: 'Put people into a manual audience and take them out; 202 when it is accepted and not yet applied',
    params: Key,
    body: ChangesInput,
    responses: { 200: ChangedMembersBody, 202: ChangedMembersBody },
    handle: async (call) => {
      const list = listFor(await audiences.find(call));
      const { add, remove } = call.body;
      const most = call.deps.limits.maxBatchEvents;
      const count = add.length + remove.length;
      if (count > most)
        throw new Problem(413, 'too-large', `There are ${count} references; send at most ${most}, or import a file.`);
      const { unknown, isApplied, ...counts } = await changeMembers(call, list, call.body);
      const body = { ...counts, unknown: unknown.map((pointer) => ({ pointer, message: unknownMessage })) };
      return { status: isApplied ? 200 : 202, body };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/members/copy',
    scope: 'audiences:write',
    summary: 'Put the present members of another audience into a manual one; an operation copies them',
    params: Key,
    body: z.strictObject({ from: DefinitionKey }),
    responses: { 202: OperationBody },
    handle: async (call) => {
      const audience = await audiences.find(call);
      const { from } = call.body;
      if (from === audience.key) {
        const message = 'An audience cannot be copied into itself; name another.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/from', message }]);
      }
      await audiences.find({ ...call, params: { key: from } });
      return accepted(await copyMembers(call, { id: newOperationId(), from, list: listFor(audience) }));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/members/export',
    scope: 'audiences:read',
    summary: 'Present members with what is known of them, as a file; needs profiles:read and profiles:pii too',
    params: Key,
    query: z.strictObject({
      format: z.enum(['csv', 'ndjson']).default('csv'),
      identifiers: z.string().min(1).max(2_000).optional().meta({ description: 'Types, by comma; all unless set' }),
      traits: z
        .string()
        .min(1)
        .max(4_000)
        .optional()
        .meta({ description: 'Names or paths, by comma; none unless set' }),
    }),
    responses: { 200: streamedOut('text/csv', 'application/x-ndjson') },
    handle: async (call) => {
      const audience = await audiences.find(call);
      demandScope(call.principal, 'profiles:read');
      demandScope(call.principal, 'profiles:pii');
      const { format } = call.query;
      const fields = await fieldsOf(call, call.query);
      const headers = {
        'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        'Content-Disposition': `attachment; filename="${audience.key}.${format}"`,
      };
      return { status: 200, body: exportMembers(call, audience, { format, ...fields }), headers };
    },
  }),
];
