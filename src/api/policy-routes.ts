import { isDeepStrictEqual } from 'node:util';
import type { ClientSession } from 'mongodb';
import type { z } from 'zod';
import type { WorkspaceId } from '../domain/ids';
import type { WorkspaceDoc } from '../store/documents';
import type { Store } from '../store/store';
import { checkPreconditions, etagOf } from './etag';
import { notFound } from './problem';
import { defineRoute, type Route } from './route';
import { saveDefinition } from './save-definition';
import type { Scope } from './scopes';

/** A policy of a workspace. `{}` is the usual one. */
interface PolicyKind<Policy extends object> {
  readonly path: string;
  readonly schema: z.ZodType<Policy>;
  readonly scopes: { readonly read: Scope; readonly write: Scope };
  /** Asked when something leaves, and no part of the ruleset: nobody is evaluated anew. */
  readonly isAskedLive?: true;
  /** Of such a one, whether a change of it moves memberships all the same. */
  readonly evaluates?: (
    store: Store,
    ws: WorkspaceId,
    change: { readonly from: Policy; readonly to: Policy },
  ) => Promise<boolean>;
  /** What is saved of a body, where that is not all of it; throws what cannot be. */
  readonly toSave?: (body: Policy, present: Policy) => Policy;
  readonly summaries: { readonly get: string; readonly put: string };
  /** Absent while none was ever set. */
  readonly read: (workspace: WorkspaceDoc) => {
    readonly policy?: Policy | undefined;
    readonly version?: number | undefined;
  };
  readonly write: (
    store: Store,
    ws: WorkspaceId,
    saved: { readonly policy: Policy; readonly version: number },
    session: ClientSession,
  ) => Promise<void>;
}

/** To look at it and to set it: with a tag, so that one that somebody else has changed meanwhile is not overwritten. */
export function policyRoutes<Policy extends object>({
  path,
  schema,
  scopes,
  isAskedLive,
  evaluates = async () => isAskedLive !== true,
  toSave = (body) => body,
  summaries,
  read,
  write,
}: PolicyKind<Policy>): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path,
      scope: scopes.read,
      summary: summaries.get,
      responses: { 200: schema },
      handle: async ({ deps, ws }) => {
        const workspace = await deps.store.workspaces.find(ws);
        if (!workspace) throw notFound('such workspace');
        const { policy = {} as Policy, version = 0 } = read(workspace);
        return { status: 200, body: policy, headers: { ETag: etagOf(version) } };
      },
    }),
    defineRoute({
      method: 'put',
      path,
      scope: scopes.write,
      summary: summaries.put,
      body: schema,
      responses: { 200: schema },
      handle: async (call) => {
        const { deps, ws, body } = call;
        const saved = await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
          const workspace = await deps.store.workspaces.find(ws, session);
          const { policy = {} as Policy, version: present = 0 } = workspace ? read(workspace) : {};
          checkPreconditions(call, present);
          const wanted = toSave(body, policy);
          if (isDeepStrictEqual(policy, wanted)) return { policy, version: present };
          const next = { policy: wanted, version: present + 1 };
          await write(deps.store, ws, next, session);
          if (await evaluates(deps.store, ws, { from: policy, to: wanted })) await raiseRuleset();
          return next;
        });
        return { status: 200, body: saved.policy, headers: { ETag: etagOf(saved.version) } };
      },
    }),
  ];
}
