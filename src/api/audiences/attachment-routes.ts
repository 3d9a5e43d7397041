import { z } from 'zod';
import { Holdout } from '../../domain/audiences/holdout.schema';
import type { AttachmentDoc } from '../../store/documents';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { AttachmentInput, attach, detach } from './attach';
import { AttachmentBody, presentAttachment } from './presenter';

const Pair = z.strictObject({ key: DefinitionKey, destination: DefinitionKey });
/** Of the attached: how many profiles the destination should hold, and how many changes have yet to get there. */
const AttachmentState = AttachmentBody.extend({
  ...{ wanted: z.int(), pending: z.int() },
  /** Of the audience, where it has one and this is sent: how much of it is held out. */
  holdout: Holdout.optional(),
});

export const attachmentRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/destinations',
    scope: 'audiences:read',
    summary: 'Where the audience is kept in step',
    params: Pair.pick({ key: true }),
    query: PageQuery,
    responses: { 200: pageOf(AttachmentBody) },
    handle: async (call) => {
      const attached = await call.deps.store.attachments.ofAudience(call.ws, call.params.key);
      return toPageOfAll(call, readPage(call), attached, presentAttachment);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/destinations/{destination}',
    scope: 'audiences:read',
    summary: 'How an audience and a destination are kept in step',
    params: Pair,
    responses: { 200: AttachmentState },
    handle: async (call) => {
      const { key, destination } = call.params;
      const attachment = await call.deps.store.attachments.find(call.ws, key, destination);
      if (!attachment) throw notFound('such attachment');
      return answer(call, attachment);
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/audiences/{key}/destinations/{destination}',
    scope: 'audiences:write',
    summary: 'Keep an audience in step with a destination',
    params: Pair,
    body: AttachmentInput.prefault({}),
    responses: { 200: AttachmentState },
    handle: async (call) => answer(call, await attach(call, call.params.key, call.params.destination, call.body)),
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/audiences/{key}/destinations/{destination}',
    scope: 'audiences:write',
    summary: 'Stop keeping them in step; what the destination holds stays or goes as `onDetach` says',
    params: Pair,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await detach(call, call.params.key, call.params.destination);
      return { status: 204, body: undefined };
    },
  }),
];

async function answer({ deps, ws }: KeyCall, attachment: AttachmentDoc) {
  const [counts, audience] = await Promise.all([
    deps.store.syncMembers.counts(ws, attachment.audience, attachment.destination),
    deps.store.audiences.find(ws, attachment.audience),
  ]);
  const holdout = attachment.use === 'target' && audience?.holdout && { holdout: audience.holdout };
  return { status: 200 as const, body: { ...presentAttachment(attachment), ...counts, ...holdout } };
}
