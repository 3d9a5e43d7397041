import { z } from 'zod';
import { deliveryStatuses } from '../../domain/delivery/delivery';
import { subjectOf } from '../../domain/ids';
import { demandScope } from '../authenticate';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { toInstantPage } from '../instant-page';
import { PageQuery, pageOf } from '../page';
import { seesPersonalData } from '../personal-data';
import { notFound } from '../problem';
import { idsOf } from '../../domain/profiles/present';
import { findProfile, ProfileRef } from '../profiles/find-profile';
import { defineRoute, type KeyCall, type Route } from '../route';
import type { DeliveryDoc } from '../../store/deliveries';
import { DeliveryBody, presentDelivery } from './presenter';

const Filter = PageQuery.extend({
  profile: ProfileRef.optional(),
  destination: DefinitionKey.optional(),
  journey: DefinitionKey.optional(),
  audience: DefinitionKey.optional(),
  status: z.enum(deliveryStatuses).optional(),
});

export const deliveryRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/deliveries',
    scope: 'destinations:read',
    summary: 'Deliveries, newest first; `profile` needs the scope profiles:read too',
    query: Filter,
    responses: { 200: pageOf(DeliveryBody) },
    handle: async (call) => {
      const { profile, destination, journey, audience, status } = call.query;
      // An identifier that finds somebody says whose it is.
      if (profile !== undefined) demandScope(call.principal, 'profiles:read');
      const subjects = profile === undefined ? {} : { subjects: await subjectsOf(call, profile) };
      return page(call, {
        ...subjects,
        ...(destination !== undefined && { destination }),
        ...(journey !== undefined && { journey }),
        ...(audience !== undefined && { audience }),
        ...(status !== undefined && { status }),
      });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/deliveries/{id}',
    scope: 'destinations:read',
    summary: 'One delivery with its attempts',
    params: z.strictObject({ id: z.string().min(1).max(100) }),
    responses: { 200: DeliveryBody },
    handle: async ({ deps, ws, principal, params: { id } }) => {
      const [delivery] = await deps.store.deliveries.page(ws, { id }, 1);
      if (!delivery) throw notFound('such delivery');
      return { status: 200, body: presentDelivery(delivery, seesPersonalData(principal)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/deliveries',
    scope: 'profiles:read',
    summary: 'What was sent about this person, newest first',
    params: z.strictObject({ ref: ProfileRef }),
    query: PageQuery,
    responses: { 200: pageOf(DeliveryBody) },
    handle: async (call) => page(call, { subjects: await subjectsOf(call, call.params.ref) }),
  }),
];

async function subjectsOf({ deps, ws }: KeyCall, ref: string): Promise<string[]> {
  return idsOf(await findProfile(deps.store, ws, ref)).map((id) => subjectOf(ws, id));
}

type DeliveryFilter = Parameters<KeyCall['deps']['store']['deliveries']['page']>[1];

function page(call: KeyCall<unknown, z.output<typeof PageQuery>>, filter: DeliveryFilter) {
  return toInstantPage(
    call,
    ({ createdAt }) => createdAt,
    (...range) => call.deps.store.deliveries.page(call.ws, filter, ...range),
    (delivery: DeliveryDoc) => presentDelivery(delivery, seesPersonalData(call.principal)),
  );
}
