import { z } from 'zod';
import type { WorkspaceId } from '../../domain/ids';
import type { KeyDoc, WorkspaceDoc } from '../../store/documents';
import { inTransaction } from '../../store/open-store';
import type { ApiDeps } from '../deps';
import { Instant, presentInstant } from '../instant';
import { notFound } from '../problem';
import { defineOpenRoute, defineRoute } from '../route';

const WorkspaceBody = z.strictObject({ id: z.string(), name: z.string(), createdAt: Instant });
const NewWorkspaceBody = WorkspaceBody.extend({
  keys: z.strictObject({ public: z.string(), secret: z.string(), management: z.string() }),
});

export const workspaceRoutes = [
  defineOpenRoute({
    method: 'post',
    path: '/v1/workspaces',
    door: 'root',
    summary: 'Make a workspace; the answer is the only place that shows its first keys',
    body: z.strictObject({ name: z.string().min(1).max(100) }),
    responses: { 201: NewWorkspaceBody },
    handle: async ({ deps, body, now }) => {
      const { workspace, keys } = await createWorkspace(deps, body.name, now);
      return { status: 201, body: { ...presentWorkspace(workspace), keys } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/workspaces',
    scope: 'profiles:read',
    summary: 'The workspace of the key',
    responses: { 200: WorkspaceBody },
    handle: async ({ deps, ws }) => {
      const workspace = await deps.store.workspaces.find(ws);
      if (!workspace) throw notFound('such workspace');
      return { status: 200, body: presentWorkspace(workspace) };
    },
  }),
];

const presentWorkspace = ({ _id, name, createdAt }: WorkspaceDoc) => ({
  id: _id,
  name,
  createdAt: presentInstant(createdAt),
});

/** Keys by which servers send and manage are of one source. */
const firstSources = { public: 'website', secret: 'server', management: 'server' } as const;

/** A workspace with one key of each kind and their sources, in one transaction. */
async function createWorkspace(
  { store, keyEnvironment }: Pick<ApiDeps, 'store' | 'keyEnvironment'>,
  name: string,
  now: number,
) {
  return inTransaction(store.connection, async (session) => {
    const workspace = await store.workspaces.create(name, now, session);
    const make = async (ws: WorkspaceId, kind: KeyDoc['kind'], scopes: readonly string[] = []) => {
      const source = await store.sources.ensure(ws, firstSources[kind], now, session);
      const key = { name: `First ${kind} key`, kind, scopes, source, createdAt: now };
      return (await store.keys.create(ws, keyEnvironment, key, session)).text;
    };
    const keys = {
      public: await make(workspace._id, 'public'),
      secret: await make(workspace._id, 'secret'),
      management: await make(workspace._id, 'management', ['admin']),
    };
    return { workspace, keys };
  });
}
