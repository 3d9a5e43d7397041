import { z } from 'zod';
import { profileId } from '../../domain/ids';
import { groupLimits, type GroupType } from '../../domain/groups/group';
import { AnyObject } from '../json-schema';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { ProfileRef } from '../profiles/find-profile';
import { sightOf } from '../profiles/presenter';
import { defineRoute, type Route } from '../route';
import { addMember, removeMember, setTraits } from './change-group';
import { findGroup, mostOf, readMembers } from './find-group';
import { GroupBody, GroupDetailBody, GroupMemberBody, presentGroup, presentGroupDetail } from './presenter';

const Key = z.strictObject({ key: z.string().min(1).max(255) });
const Member = Key.extend({ ref: ProfileRef });

const membersShown = 100;

/** The same for each type of group: what there is, who is in it, and by hand what `group` calls do. */
function routesOf(type: GroupType, path: string): Route[] {
  return [...readRoutes(type, path), ...writeRoutes(type, path), memberList(type, path), ...memberRoutes(type, path)];
}

function readRoutes(type: GroupType, path: string): Route[] {
  return [
    defineRoute({
      method: 'get',
      path,
      scope: 'profiles:read',
      summary: `Every ${type} with its traits, by key`,
      query: PageQuery,
      responses: { 200: pageOf(GroupBody) },
      handle: async (call) => {
        const page = readPage(call);
        const rows = await call.deps.store.groups.page(call.ws, type, page.limit + 1, page.after);
        const most = await mostOf(call, type);
        return toPage(
          call,
          page,
          rows,
          (group) => presentGroup(group, most, sightOf(call)),
          ({ key }) => key,
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: `${path}/{key}`,
      scope: 'profiles:read',
      summary: `One ${type} with its first ${membersShown} members, in the order of joining, and the audiences they are in`,
      params: Key,
      responses: { 200: GroupDetailBody },
      handle: async (call) => {
        const ref = { type, key: call.params.key };
        const group = await findGroup(call, ref);
        const first = await call.deps.store.groups.firstMembers(call.ws, ref, membersShown);
        const members = await readMembers(
          call,
          ref,
          first.map(({ profile }) => profile),
        );
        const most = await mostOf(call, type);
        return { status: 200, body: presentGroupDetail(group, most, { members, sight: sightOf(call) }) };
      },
    }),
  ];
}

function writeRoutes(type: GroupType, path: string): Route[] {
  return [
    defineRoute({
      method: 'put',
      path: `${path}/{key}`,
      scope: 'profiles:write',
      summary: `Set traits of a ${type}; those not named stay, and null deletes. 202 while the intake has yet to come to it`,
      params: Key,
      body: z.strictObject({ traits: AnyObject }),
      responses: { 200: GroupBody, 202: GroupBody },
      handle: async (call) => {
        const ref = { type, key: call.params.key };
        const isDone = await setTraits(call, ref, call.body.traits);
        const group = await findGroup(call, ref);
        return { status: isDone ? 200 : 202, body: presentGroup(group, await mostOf(call, type), sightOf(call)) };
      },
    }),
  ];
}

function memberList(type: GroupType, path: string): Route {
  return defineRoute({
    method: 'get',
    path: `${path}/{key}/members`,
    scope: 'profiles:read',
    summary: `Who is in a ${type}, by profile id`,
    params: Key,
    query: PageQuery,
    responses: { 200: pageOf(GroupMemberBody) },
    handle: async (call) => {
      const page = readPage(call);
      const ref = { type, key: call.params.key };
      await findGroup(call, ref);
      const rows = await call.deps.store.groups.members(call.ws, ref, page.limit + 1, page.after);
      const ids = rows.map(({ profile }) => profile);
      const listed = toPage(
        call,
        page,
        ids,
        (id) => id,
        (id) => id,
      );
      return { ...listed, body: { ...listed.body, data: await readMembers(call, ref, listed.body.data) } };
    },
  });
}

function memberRoutes(type: GroupType, path: string): Route[] {
  return [
    defineRoute({
      method: 'put',
      path: `${path}/{key}/members/{ref}`,
      scope: 'profiles:write',
      summary: `Make somebody a member of a ${type}, which begins with its first one; 202 while the intake has yet to come to it`,
      params: Member,
      body: z.strictObject({ role: z.string().min(1).max(groupLimits.roleLength).optional() }),
      responses: { 200: GroupMemberBody, 202: z.strictObject({ profileId: z.string() }) },
      handle: async (call) => {
        const { key, ref: profile } = call.params;
        const { isDone, profile: found } = await addMember(call, { type, key }, { profile, role: call.body.role });
        const [member] = isDone ? await readMembers(call, { type, key }, [profileId(found.id)]) : [];
        return member ? { status: 200, body: member } : { status: 202, body: { profileId: found.id } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: `${path}/{key}/members/{ref}`,
      scope: 'profiles:write',
      summary: `Take somebody out of a ${type}, also where a rule put them in; one without members goes`,
      params: Member,
      responses: { 204: z.undefined() },
      handle: async (call) => {
        await removeMember(call, { type, key: call.params.key }, call.params.ref);
        return { status: 204, body: undefined };
      },
    }),
  ];
}

export const groupRoutes: readonly Route[] = [
  ...routesOf('household', '/v1/households'),
  ...routesOf('account', '/v1/accounts'),
];
