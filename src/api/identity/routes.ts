import { z } from 'zod';
import { IdentityPolicy } from '../../domain/identity/identity-policy.schema';
import { TypeName } from '../../domain/identity/identifier-types.schema';
import { blockReasons } from '../../domain/identity/resolve-identity';
import type { BlockedEvent } from '../../store/blocked-query';
import { presentInstant } from '../instant';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { policyRoutes } from '../policy-routes';
import { invalidRequest } from '../problem';
import { defineRoute, type Route } from '../route';
import { InsightsBody, insightDays, readInsights, sampled } from './insights';
import { refuseUnknownType } from './refuse-unknown-type';

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

const identityPolicyRoutes = policyRoutes<IdentityPolicy>({
  path: '/v1/policies/identity',
  schema: IdentityPolicy,
  scopes: { read: 'profiles:read', write: 'profiles:write' },
  summaries: {
    get: 'How the workspace tells people apart; `{}` is the usual way',
    put: 'Say how people are told apart, for events from now on; who is one person already stays so',
  },
  read: ({ identity, identityVersion }) => ({ policy: identity, version: identityVersion }),
  write: ({ workspaces }, ws, saved, session) => workspaces.setIdentity(ws, saved, session),
});

export const identityRoutes: readonly Route[] = [
  ...identityPolicyRoutes,
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
      if (type !== undefined)
        refuseUnknownType(await call.deps.store.workspaces.identifierTypes(call.ws), type, 'query');
      const page = readPage(call);
      const before = readCursor(page.after);
      const which = { ...(before && { before }), ...(type !== undefined && { type }), ...(reason && { reason }) };
      const rows = await call.deps.store.events.blockedPage(call.ws, page.limit + 1, which);
      return toPage(call, page, rows, presentViolation, ({ receivedAt, _id }) => `${receivedAt}.${_id}`);
    },
  }),
];

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
