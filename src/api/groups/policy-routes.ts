import { isDeepStrictEqual } from 'node:util';
import { GroupPolicy } from '../../domain/groups/group-policy.schema';
import { notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { saveDefinition } from '../save-definition';

export const groupPolicyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/policies/households',
    scope: 'profiles:read',
    summary: 'Which people belong together, as households and accounts; `{}` is the usual way',
    responses: { 200: GroupPolicy },
    handle: async ({ deps, ws }) => {
      const workspace = await deps.store.workspaces.find(ws);
      if (!workspace) throw notFound('such workspace');
      return { status: 200, body: workspace.groups ?? {} };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/policies/households',
    scope: 'profiles:write',
    summary: 'Say which people belong together; everybody is looked at anew, and no journey starts by it',
    body: GroupPolicy,
    responses: { 200: GroupPolicy },
    handle: async ({ deps, ws, body }) => {
      await saveDefinition(deps, ws, async ({ session, raiseRuleset }) => {
        const before = await deps.store.workspaces.find(ws, session);
        if (isDeepStrictEqual(before?.groups ?? {}, body)) return;
        await deps.store.workspaces.setGroups(ws, body, session);
        await raiseRuleset();
      });
      return { status: 200, body };
    },
  }),
];
