import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { IdentityPolicy } from '../../domain/identity/identity-policy.schema';
import { TypeName } from '../../domain/identity/identifier-types.schema';
import { blockReasons } from '../../domain/identity/resolve-identity';
import { noSuchType } from '../../domain/identity/workspace-types';
import type { BlockedEvent } from '../../store/blocked-query';
import type { WorkspaceDoc } from '../../store/documents';
import { checkPreconditions, etagOf } from '../etag';
import { presentInstant } from '../instant';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { saveDefinition } from '../save-definition';
import { InsightsBody, insightDays, readInsights, sampled } from './insights';

const Reason = z.enum(blockReasons);

/** One event of which identifiers were dropped. It shows types, never values: the event has those. */
export const ViolationBody = z.strictObject({
  messageId: z.string(),
  at: z.string(),
  source: z.string(),
  profile: z.string(),
  /** `from`: the profile that lost it, where the reason is `unverified`. */
  dropped: z.array(z.strictObject({ type: z.string(), reason: Reason, from: z.string().optional() })),
});

export const identityRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/policies/identity',
    scope: 'profiles:read',
    summary: 'How the workspace tells people apart; `{}` is the usual way',
    responses: { 200: IdentityPolicy },
    handle: async ({ deps, ws }) => {
      const workspace = await deps.store.workspaces.find(ws);
      if (!workspace) throw notFound('such workspace');
      return { status: 200, body: workspace.identity ?? {}, headers: { ETag: etagOf(versionOf(workspace)) } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/policies/identity',
    scope: 'profiles:write',
    summary: 'Say how people are told apart, for events from now on; who is one person already stays so',
    body: IdentityPolicy,
    responses: { 200: IdentityPolicy },
    handle: async (call) => {
      const { deps, ws, body } = call;
      const saved = await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
        const before = await deps.store.workspaces.find(ws, session);
        const present = versionOf(before);
        checkPreconditions(call, present);
        if (isDeepStrictEqual(before?.identity ?? {}, body)) return present;
        const version = present + 1;
        await deps.store.workspaces.setIdentity(ws, { policy: body, version }, session);
        await raiseRuleset();
        return version;
      });
      return { status: 200, body, headers: { ETag: etagOf(saved) } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/identity/insights',
    scope: 'profiles:read',
    summary: `Figures of how people are told apart: the last ${insightDays} days, and a sample of ${sampled} profiles`,
    responses: { 200: InsightsBody },
    handle: async ({ deps, ws, now }) => ({ status: 200, body: await readInsights(deps, ws, now) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/identity/violations',
    scope: 'profiles:read',
    summary: 'Applied events of which a protection dropped identifiers, newest first, with the reasons',
    query: PageQuery.extend({ type: TypeName.optional(), reason: Reason.optional() }),
    responses: { 200: pageOf(ViolationBody) },
    handle: async (call) => {
      const { type, reason } = call.query;
      if (type !== undefined) await refuseUnknownType(call, type);
      const page = readPage(call);
      const before = readCursor(page.after);
      const which = { ...(before && { before }), ...(type !== undefined && { type }), ...(reason && { reason }) };
      const rows = await call.deps.store.events.blockedPage(call.ws, page.limit + 1, which);
      return toPage(call, page, rows, presentViolation, ({ receivedAt, _id }) => `${receivedAt}.${_id}`);
    },
  }),
];

async function refuseUnknownType({ deps, ws }: Pick<KeyCall, 'deps' | 'ws'>, type: string): Promise<void> {
  const types = await deps.store.workspaces.identifierTypes(ws);
  if (types.has(type)) return;
  const message = noSuchType(types);
  throw invalidRequest(message, [{ in: 'query', pointer: '/type', message }]);
}

/** 0 is the usual policy, as nobody has set another yet. */
const versionOf = (workspace: Pick<WorkspaceDoc, 'identityVersion'> | undefined): number =>
  workspace?.identityVersion ?? 0;

function presentViolation(event: BlockedEvent): z.output<typeof ViolationBody> {
  const { messageId, receivedAt, source, profile, blocked = [] } = event;
  const dropped = blocked.map(({ type, reason, from }) => ({ type, reason, ...(from && { from }) }));
  return { messageId, at: presentInstant(receivedAt), source, profile: profile ?? '', dropped };
}

function readCursor(after: string | undefined): { at: number; id: string } | undefined {
  if (after === undefined) return undefined;
  const found = /^(\d{1,15})\.(.+)$/s.exec(after);
  if (!found) throw invalidRequest('The cursor is not one that this list gave.');
  return { at: Number(found[1]), id: found[2] ?? '' };
}
