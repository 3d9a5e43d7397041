import { z } from 'zod';
import { profileId } from '../../domain/ids';
import type { AuditDoc } from '../../store/audit';
import { Instant, presentInstant } from '../instant';
import { toInstantPage } from '../instant-page';
import { PageQuery, pageOf } from '../page';
import { defineRoute, type Route } from '../route';

export const AuditBody = z.strictObject({
  at: Instant,
  key: z.string().meta({ description: 'Id of the key' }),
  action: z.string().meta({ description: 'Method and path, as documented' }),
  target: z.record(z.string(), z.string()).meta({ description: 'What the path named, without identifiers of people' }),
  profile: z.string().optional(),
  status: z.int(),
  requestId: z.string(),
});

export const auditRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/audit',
    scope: 'admin',
    summary: 'What was changed with which key, newest first; of one key, or about one profile',
    query: PageQuery.extend({
      key: z.string().min(1).max(100).optional(),
      profile: z
        .string()
        .regex(/^prf_\w{1,64}$/)
        .optional(),
    }),
    responses: { 200: pageOf(AuditBody) },
    handle: async (call) => {
      const { key, profile } = call.query;
      const which = {
        ...(key !== undefined && { key }),
        ...(profile !== undefined && { profile: profileId(profile) }),
      };
      return toInstantPage(
        call,
        ({ at }: AuditDoc) => at,
        (...range) => call.deps.store.audit.page(call.ws, which, ...range),
        ({ at, key: by, action, target, profile: about, status, requestId }) => ({
          ...{ at: presentInstant(at), key: by, action, target, status, requestId },
          ...(about !== undefined && { profile: about }),
        }),
      );
    },
  }),
];
