import { z } from 'zod';
import { forbidden, invalidRequest } from '../problem';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { mostSlots } from '../../domain/journeys/personalise-step.schema';
import { queryKey } from '../ingest/query-key';
import { AnyObject } from '../json-schema';
import { Instant, presentInstant } from '../instant';
import { ProfileRef } from '../profiles/find-profile';
import { defineRoute, type Route } from '../route';
import { decideForPage, decideForServer, type By } from './decide';

const Id = z.string().min(1).max(255).optional();
const isSlots = (text: string): boolean => {
  const slots = text.split(',');
  return slots.length <= mostSlots && slots.every((slot) => DefinitionKey.safeParse(slot).success);
};
const Slots = z
  .string()
  .refine(isSlots, {
    error: `Write one to ${mostSlots} slots, such as \`hero,banner\`: each 1 to 64 of a-z, 0-9 and "-".`,
  })
  .transform((text) => [...new Set(text.split(','))]);

const DecideQuery = z.strictObject({
  writeKey: z.string().max(200).optional().meta({ description: 'A public key, where no header can be set.' }),
  anonymous_id: Id.meta({ description: 'The browser.' }),
  device_id: Id.meta({ description: 'The device.' }),
  profile: ProfileRef.optional().meta({ description: 'Anybody, as `prf_…` or `type:value`; not with a public key.' }),
  slots: Slots.optional().meta({ description: 'Slots of the page, divided by commas: what journeys show there.' }),
  preview: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true`: nobody is shown the answer, and it is not recorded.' }),
});
const SlotBody = z.strictObject({
  content: AnyObject,
  /** Of the enrollment that shows it. */
  id: z.string(),
  /** Absent for a public key. */
  journey: z.string().optional(),
  step: z.string().optional(),
});
export const DecisionBody = z.strictObject({
  /** Keys, in alphabetical order. */
  audiences: z.array(z.string()),
  /** Of those audiences that have some, by audience; absent for a public key. */
  variables: z.record(z.string(), AnyObject).optional(),
  /** Running enrollments, oldest first; absent for a public key. */
  journeys: z.array(z.strictObject({ journey: z.string(), step: z.string(), enteredAt: Instant })).optional(),
  /** What journeys show, by slot, of those that were asked for; one that shows nothing is absent. */
  slots: z.record(z.string(), SlotBody).optional(),
  asOf: Instant,
});

/** The answer is about one visitor, and a moment later another. */
const headers = { 'Cache-Control': 'private, no-store' };

export const decideRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/decide',
    door: 'surface',
    summary:
      'Which audiences one visitor is in, and what journeys show them; with a public key audiences that are public, otherwise also where their journeys stand',
    query: DecideQuery,
    responses: { 200: DecisionBody },
    writeKeyIn: queryKey,
    handle: async (call) => {
      const by = readBy(call.query);
      const isPage = call.principal.kind === 'public';
      if (isPage && by.type === 'profile') throw forbidden(notForPages);
      const { slots, preview } = call.query;
      const ask = { by, slots, isPreview: preview === 'true' };
      const decision = isPage ? await decideForPage(call, ask) : await decideForServer(call, ask);
      return { status: 200, body: { ...decision, asOf: presentInstant(call.now) }, headers };
    },
  }),
];

const notForPages =
  'A public key asks by `anonymous_id` or `device_id`; `profile` needs a key with the scope profiles:read.';

function readBy({ anonymous_id, device_id, profile }: z.output<typeof DecideQuery>): By {
  const given = Object.entries({ anonymous_id, device_id, profile }).flatMap(([type, value]) =>
    value === undefined ? [] : [{ type, value }],
  );
  const [by] = given;
  if (by && given.length === 1) return by;
  const message = 'Name the visitor by one of `anonymous_id`, `device_id` and `profile`.';
  throw invalidRequest(message, [{ in: 'query', pointer: '', message }]);
}
