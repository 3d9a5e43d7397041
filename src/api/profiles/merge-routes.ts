import { z } from 'zod';
import { profileId } from '../../domain/ids';
import { idsOf } from '../../domain/profiles/present';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { defineRoute, type KeyCall, type Route } from '../route';
import { ChangesBody, presentChanges } from './changes-presenter';
import { findProfile, ProfileRef } from './find-profile';
import { mergeProfiles, unmergeProfiles, type MergeOutcome } from './merge-profiles';
import { MergeBody, presentMerge, sightOf } from './presenter';

const Ref = z.strictObject({ ref: ProfileRef });

export const MergeOutcomeBody = z.strictObject({
  survivor: z.string(),
  absorbed: z.string().optional().meta({ description: 'Absent when the two are one already' }),
  isDone: z.boolean().meta({ description: 'False for a dry run, and while the intake has yet to come to it' }),
  changes: ChangesBody.optional().meta({ description: 'Of a dry run: what would change' }),
});
const outcomes = { 200: MergeOutcomeBody, 202: MergeOutcomeBody };

export const mergeRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/merges',
    scope: 'profiles:read',
    summary: 'Which profiles became this one, when and why; those that were taken back, too',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(MergeBody) },
    handle: async (call) => {
      const profile = await findProfile(call.deps.store, call.ws, call.params.ref);
      const merges = await call.deps.store.merges.ofProfiles(call.ws, idsOf(profile));
      return toPageOfAll(call, readPage(call), merges, presentMerge);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/profiles/{ref}/merge',
    scope: 'profiles:write',
    summary: 'Say that two profiles are one person; `dryRun` only says what would change',
    params: Ref,
    body: z.strictObject({
      with: ProfileRef.meta({ description: 'The other one: `prf_…` or `type:value`' }),
      dryRun: z.boolean().default(false),
    }),
    responses: outcomes,
    handle: async (call) => {
      const { with: other, dryRun } = call.body;
      return present(call, await mergeProfiles(call, [call.params.ref, other], { dryRun }), dryRun);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/profiles/{ref}/unmerge',
    scope: 'profiles:write',
    summary: 'Take a merge back, and keep the two apart from now on; `dryRun` only says what would change',
    params: Ref,
    body: z.strictObject({
      profile: z
        .string()
        .regex(/^prf_\w{1,64}$/)
        .meta({ description: 'The absorbed one, of the list of merges' }),
      dryRun: z.boolean().default(false),
    }),
    responses: outcomes,
    handle: async (call) => {
      const { profile, dryRun } = call.body;
      return present(call, await unmergeProfiles(call, call.params.ref, profileId(profile), { dryRun }), dryRun);
    },
  }),
];

function present(call: KeyCall, { preview, ...outcome }: MergeOutcome, dryRun: boolean) {
  const changes = preview && { changes: presentChanges(preview, sightOf(call)) };
  return { status: outcome.isDone || dryRun ? 200 : 202, body: { ...outcome, ...changes } } as const;
}
