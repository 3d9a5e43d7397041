import { z } from 'zod';
import type { Purposes } from '../../domain/consent/purpose';
import { consentLimits } from '../../domain/consent/read-consent';
import type { JsonObject } from '../../domain/json';
import { idsOf } from '../../domain/profiles/present';
import { consentStatuses } from '../../domain/profiles/profile';
import type { ConsentRecordDoc } from '../../store/consent-records';
import { InstantInput } from '../instant';
import { toInstantPage } from '../instant-page';
import { PageQuery, pageOf } from '../page';
import { seesPersonalData } from '../personal-data';
import { defineRoute, type KeyCall, type Route } from '../route';
import { ConsentRecordBody, ConsentStateBody, presentRecord, presentState, presentStates } from './consent-presenter';
import { findProfile, ProfileRef } from './find-profile';
import { recordConsent } from './record-consent';

const Ref = z.strictObject({ ref: ProfileRef });
const Purpose = z.string().min(1).max(consentLimits.purposeLength);

const ConsentBody = pageOf(ConsentRecordBody).extend({ purposes: z.array(ConsentStateBody) });

const ConsentInput = z.strictObject({
  status: z.enum(consentStatuses),
  at: InstantInput.optional(),
  proof: z.record(z.string(), z.json()).optional(),
});

export const consentRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/consent',
    scope: 'profiles:read',
    summary:
      'How the person stands to each purpose, and who said what when; proof needs the scope profiles:pii to be whole',
    params: Ref,
    query: PageQuery,
    responses: { 200: ConsentBody },
    handle: async (call) => {
      const { deps, ws } = call;
      const profile = await findProfile(deps.store, ws, call.params.ref);
      const page = await toInstantPage(
        call,
        ({ at }: ConsentRecordDoc) => at,
        (...range) => deps.store.consentRecords.page(ws, idsOf(profile), ...range),
        (record) => presentRecord(record, { seesPersonalData: seesPersonalData(call.principal) }),
      );
      return { ...page, body: { ...page.body, purposes: presentStates(profile, await purposesOf(call)) } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/profiles/{ref}/consent/{purpose}',
    scope: 'profiles:write',
    summary: 'Record what the person said of a purpose; 202 when it is accepted and not yet applied',
    params: Ref.extend({ purpose: Purpose }),
    body: ConsentInput,
    responses: { 200: ConsentStateBody, 202: ConsentStateBody },
    handle: async (call) => {
      const { deps, ws, body } = call;
      const { ref, purpose } = call.params;
      const { id, ...before } = await findProfile(deps.store, ws, ref);
      const proof = body.proof as JsonObject | undefined;
      const isApplied = await recordConsent(call, { id, ...before }, purpose, { ...body, proof });
      const profile = (await deps.store.profiles.canonical(ws, id)) ?? { id, ...before };
      return { status: isApplied ? 200 : 202, body: presentState(profile, purpose, await purposesOf(call)) };
    },
  }),
];

async function purposesOf({ deps, ws }: KeyCall): Promise<Purposes> {
  return new Map((await deps.store.purposes.list(ws)).map((purpose) => [purpose.key, purpose]));
}
