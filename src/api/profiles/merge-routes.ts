import { z } from 'zod';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { defineRoute, type Route } from '../route';
import { findProfile, ProfileRef } from './find-profile';
import { mergeProfiles } from './merge-profiles';
import { MergeBody, presentMerge } from './presenter';

const Ref = z.strictObject({ ref: ProfileRef });

export const MergeOutcomeBody = z.strictObject({
  survivor: z.string(),
  absorbed: z.string().optional().meta({ description: 'Absent when the two are one already' }),
  isDone: z.boolean().meta({ description: 'False for a dry run, and while the intake has yet to come to it' }),
});

export const mergeRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/merges',
    scope: 'profiles:read',
    summary: 'Which profiles became this one, when and why',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(MergeBody) },
    handle: async (call) => {
      const { id } = await findProfile(call.deps.store, call.ws, call.params.ref);
      return toPageOfAll(call, readPage(call), await call.deps.store.merges.ofProfile(call.ws, id), presentMerge);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/profiles/{ref}/merge',
    scope: 'profiles:write',
    summary: 'Say that two profiles are one person; `dryRun` only says who would absorb whom',
    params: Ref,
    body: z.strictObject({
      with: ProfileRef.meta({ description: 'The other one: `prf_…` or `type:value`' }),
      dryRun: z.boolean().default(false),
    }),
    responses: { 200: MergeOutcomeBody, 202: MergeOutcomeBody },
    handle: async (call) => {
      const { with: other, dryRun } = call.body;
      const outcome = await mergeProfiles(call, [call.params.ref, other], { dryRun });
      return { status: outcome.isDone || dryRun ? 200 : 202, body: outcome };
    },
  }),
];
