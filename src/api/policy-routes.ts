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

/** A policy that is a part of a workspace's ruleset. `{}` is the usual one. */
interface PolicyKind<Policy extends object> {
  readonly path: string;
  readonly schema: z.ZodType<Policy>;
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
  summaries,
  read,
  write,
}: PolicyKind<Policy>): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path,
      scope: 'profiles:read',
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
      scope: 'profiles:write',
      summary: summaries.put,
      body: schema,
      responses: { 200: schema },
      handle: async (call) => {
        const { deps, ws, body } = call;
        const saved = await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
          const workspace = await deps.store.workspaces.find(ws, session);
          const { policy = {}, version: present = 0 } = workspace ? read(workspace) : {};
          checkPreconditions(call, present);
          if (isDeepStrictEqual(policy, body)) return present;
          const version = present + 1;
          await write(deps.store, ws, { policy: body, version }, session);
          await raiseRuleset();
          return version;
        });
        return { status: 200, body, headers: { ETag: etagOf(saved) } };
      },
    }),
  ];
}
