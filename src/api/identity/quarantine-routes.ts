import { z } from 'zod';
import { TypeName } from '../../domain/identity/identifier-types.schema';
import { longestIdentifier } from '../../domain/identity/normalise';
import { quarantineReasons } from '../../domain/identity/quarantine';
import { quarantineIdOf, type QuarantinedDoc } from '../../store/identifier-notes';
import { Instant, presentInstant } from '../instant';
import { toInstantPage } from '../instant-page';
import { PageQuery, pageOf } from '../page';
import { maskIdentifier, seesPersonalData } from '../personal-data';
import { conflict, invalidRequest, notFound } from '../problem';
import { ownEvent, recordEvent } from '../profiles/record-event';
import { defineRoute, type KeyCall, type Route } from '../route';
import { refuseUnknownType } from './refuse-unknown-type';

/** An identifier that names nobody, until it is released. */
export const QuarantinedBody = z.strictObject({
  id: z.string(),
  type: z.string(),
  /** Masked for a key without the scope `profiles:pii`. */
  value: z.string(),
  since: Instant,
  /** It came with too many people, or somebody asked for it. */
  reason: z.enum(quarantineReasons),
  /** From whose events it was dropped before. */
  people: z.int(),
  /** Of the event that did it. */
  source: z.string(),
});
const Named = z.strictObject({
  type: TypeName,
  value: z.string().min(1).max(longestIdentifier),
});
export const QuarantiningBody = z.strictObject({
  isDone: z.boolean().meta({ description: 'False while the intake has yet to come to it' }),
});

export const quarantineRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/identity/quarantine',
    scope: 'profiles:read',
    summary: 'Identifiers that name nobody, since they came with too many people or somebody asked; newest first',
    query: PageQuery,
    responses: { 200: pageOf(QuarantinedBody) },
    handle: async (call) =>
      toInstantPage(
        call,
        ({ quarantinedAt }: QuarantinedDoc) => quarantinedAt,
        (...range) => call.deps.store.identifierNotes.quarantined(call.ws, ...range),
        (row) => presentQuarantined(row, seesPersonalData(call.principal)),
      ),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/identity/quarantine',
    scope: 'profiles:write',
    summary: 'Put an identifier into quarantine: whoever has it loses it, and it names nobody until it is released',
    body: Named,
    responses: { 200: QuarantiningBody, 202: QuarantiningBody },
    handle: async (call) => {
      const isDone = await quarantine(call, call.body);
      return { status: isDone ? 200 : 202, body: { isDone } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/identity/quarantine/{id}',
    scope: 'profiles:write',
    summary: 'Release an identifier: it is whoever’s comes with it next, and is counted anew',
    params: z.strictObject({ id: z.string().min(1).max(100) }),
    responses: { 204: z.undefined() },
    handle: async ({ deps, ws, params }) => {
      if (!(await deps.store.identifierNotes.release(ws, params.id))) throw notFound('such identifier in quarantine');
      return { status: 204, body: undefined };
    },
  }),
];

/** By an event like any other, which the intake applies; answers whether it has. */
async function quarantine(call: KeyCall, { type, value }: z.output<typeof Named>): Promise<boolean> {
  const types = await call.deps.store.workspaces.identifierTypes(call.ws);
  refuseUnknownType(types, type, 'body');
  const identifier = types.normalise(type, value);
  if (!identifier) {
    throw invalidRequest('The value is no identifier of this type.', [
      { in: 'body', pointer: '/value', message: 'Write it as events do.' },
    ]);
  }
  const event = ownEvent(call, 'quarantine', { kind: 'alias', identifiers: [identifier], isQuarantine: true });
  const state = await recordEvent(call, event);
  if (state === undefined) throw conflict('The identifier was erased, and names nobody.');
  return state === 'applied';
}

function presentQuarantined(row: QuarantinedDoc, isPlain: boolean): z.output<typeof QuarantinedBody> {
  const {
    type,
    quarantinedAt,
    people = [],
    quarantine: { value, reason, source },
  } = row;
  const shown = isPlain ? value : maskIdentifier(type, value);
  const since = presentInstant(quarantinedAt);
  return { id: quarantineIdOf(row), type, value: shown, since, reason, people: people.length, source };
}
