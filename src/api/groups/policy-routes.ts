import { GroupPolicy } from '../../domain/groups/group-policy.schema';
import { policyRoutes } from '../policy-routes';

export const groupPolicyRoutes = policyRoutes<GroupPolicy>({
  path: '/v1/policies/households',
  schema: GroupPolicy,
  scopes: { read: 'profiles:read', write: 'profiles:write' },
  summaries: {
    get: 'Which people belong together, as households and accounts; `{}` is the usual way',
    put: 'Say which people belong together; everybody is looked at anew, and no journey starts by it',
  },
  read: ({ groups, groupsVersion }) => ({ policy: groups, version: groupsVersion }),
  write: ({ workspaces }, ws, saved, session) => workspaces.setGroups(ws, saved, session),
});
