import { z } from 'zod';
import { kindOf } from '../../domain/audiences/manual-audience';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { newOperationId } from '../../store/operations';
import { demandScope } from '../authenticate';
import { OperationBody, presentOperation } from '../operations/presenter';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { copyMembers } from './members/copy-members';
import { listFor } from './members/manual';
import { AudienceBody, ruleOf } from './presenter';
import { audiences } from './routes';
import { saveAudience } from './save-audience';
import { contentOf } from './version-routes';

const Key = z.strictObject({ key: DefinitionKey });
const DuplicateInput = z.strictObject({
  key: DefinitionKey,
  name: AudienceBody.shape.name,
  /** Of a manual audience: its present members too. */
  members: z.boolean().default(false),
});
export const DuplicateBody = z.strictObject({
  audience: AudienceBody,
  /** What copies the members. */
  operation: OperationBody.optional(),
});

export const audienceKeepingRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/duplicate',
    scope: 'audiences:write',
    summary:
      'Save what an audience says under another key; of a manual one its members too, if asked. Needs audiences:read too',
    params: Key,
    body: DuplicateInput,
    responses: { 201: DuplicateBody },
    handle: async (call) => {
      demandScope(call.principal, 'audiences:read');
      const original = await audiences.find(call);
      const { key, name, members } = call.body;
      if (members && kindOf(ruleOf(original)) === 'live') {
        const message =
          'Only the members of a manual audience can be copied with it; those of a live one follow from its rule.';
        throw invalidRequest(message, [{ in: 'body', pointer: '/members', message }]);
      }
      const saved = await saveAudience(call, { ...contentOf(original), key, name }, { isNew: true });
      const copy = { id: newOperationId(), from: original.key };
      const operation = members ? await copyMembers(call, { ...copy, list: listFor(saved) }) : undefined;
      const { body: audience } = await audiences.answer(call, saved);
      const body = { audience, ...(operation && { operation: presentOperation(operation) }) };
      return { status: 201, body, headers: { Location: `/v1/audiences/${key}` } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/audiences/{key}/star',
    scope: 'audiences:write',
    summary: 'Have the audience at hand, for everybody of the workspace; no new version of it',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => star(call, true),
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/audiences/{key}/star',
    scope: 'audiences:write',
    summary: 'Have the audience at hand no longer',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => star(call, false),
  }),
];

async function star({ deps, ws, params: { key } }: KeyCall<{ key: string }>, isStarred: boolean) {
  if (!(await deps.store.audiences.star(ws, key, isStarred))) throw notFound(`audience "${key}"`);
  return { status: 204 as const, body: undefined };
}
