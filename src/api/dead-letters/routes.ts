import { z } from 'zod';
import { eventKinds } from '../../domain/events/event';
import { publicMark } from '../../domain/events/message-id';
import { longestIdentifier } from '../../domain/identity/normalise';
import { omit, type JsonObject } from '../../domain/json';
import { letterStages, letterStates, mostSummed } from '../../store/dead-letters';
import type { LetterFilter } from '../../store/letter-query';
import { InstantInput } from '../instant';
import { accepted, startOperation } from '../operations/start-operation';
import { OperationBody } from '../operations/presenter';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { seesPersonalData } from '../personal-data';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { DeadLetterBody, LetterCountBody, presentCount, presentLetter } from './presenter';

const LetterQuery = z.strictObject({
  stage: z.enum(letterStages).optional(),
  code: z.string().max(100).optional(),
  source: z.string().max(100).optional(),
  kind: z.enum(eventKinds).optional(),
  event: z.string().max(255).optional(),
  messageId: z
    .string()
    .max(longestIdentifier + publicMark.length)
    .optional(),
  from: InstantInput.optional(),
  to: InstantInput.optional(),
});
const State = { state: z.enum(letterStates).optional() };

/** Which letters: by their ids, or all that fit. */
const Choice = {
  ids: z.array(z.string().max(100)).min(1).max(1_000).optional(),
  /** `{}` is every open letter. */
  filter: LetterQuery.optional(),
};

export const deadLetterRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/dead-letters',
    scope: 'profiles:read',
    summary: 'Events that were refused, kept out or could not be applied, newest first',
    query: PageQuery.extend({ ...LetterQuery.shape, ...State }),
    responses: { 200: pageOf(DeadLetterBody) },
    handle: async (call) => {
      const query = omit(call.query, 'limit', 'cursor');
      const page = readPage(call);
      const before = readCursor(page.after);
      const rows = await call.deps.store.deadLetters.page(call.ws, page.limit + 1, before, toFilter(query));
      const seesPeople = seesPersonalData(call.principal);
      const present = (row: (typeof rows)[number]) => presentLetter(row, seesPeople);
      return toPage(call, page, rows, present, ({ at, id }) => `${at}.${id}`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/dead-letters/summary',
    scope: 'profiles:read',
    summary: `How many open letters there are by stage, code and source, of the newest ${mostSummed}`,
    query: LetterQuery.extend(State),
    responses: { 200: pageOf(LetterCountBody) },
    handle: async ({ deps, ws, query }) => {
      const counts = await deps.store.deadLetters.summary(ws, { state: 'open', ...toFilter(query) });
      return { status: 200, body: { data: counts.map(presentCount) } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/dead-letters/{id}',
    scope: 'profiles:read',
    summary: 'One letter; with the event, for who may see people',
    params: z.strictObject({ id: z.string().max(100) }),
    responses: { 200: DeadLetterBody },
    handle: async ({ deps, ws, params, principal }) => {
      const letter = await deps.store.deadLetters.find(ws, params.id);
      if (!letter) throw notFound('such dead letter');
      return { status: 200, body: presentLetter(letter, seesPersonalData(principal)) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/dead-letters/replay',
    scope: 'profiles:write',
    summary: 'Let open letters in by the rules of today; an operation. `dryRun` only counts them',
    body: z.strictObject({ ...Choice, dryRun: z.boolean().default(false) }),
    responses: { 200: z.strictObject({ count: z.int() }), 202: OperationBody },
    handle: async (call) => {
      const { deps, ws, body } = call;
      const filter = toChoice(body);
      if (body.dryRun) {
        const count = await deps.store.deadLetters.count(ws, { ...filter, state: 'open' });
        return { status: 200, body: { count } };
      }
      const input = { filter: filter as JsonObject };
      return accepted(await startOperation(call, { kind: 'dead-letter-replay', input }));
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/dead-letters/discard',
    scope: 'profiles:write',
    summary: 'Give up open letters for good; the letters stay, the events in them go',
    body: z.strictObject({ ...Choice, reason: z.string().min(1).max(500) }),
    responses: { 200: z.strictObject({ discarded: z.int() }) },
    handle: async ({ deps, ws, body, principal, now }) => {
      const discarded = { at: now, by: principal.keyId, reason: body.reason };
      const count = await deps.store.letterEnds.discard(ws, toChoice(body), discarded);
      return { status: 200, body: { discarded: count } };
    },
  }),
];

/** Without what the query does not say: the filter of an operation is JSON. */
function toFilter<Query extends object>(query: Query): LetterFilter {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

function toChoice({ ids, filter }: { ids?: readonly string[] | undefined; filter?: object | undefined }): LetterFilter {
  if ((ids === undefined) === (filter === undefined)) {
    const message = 'Say which letters: either "ids" or "filter"; the filter {} is every open letter.';
    throw invalidRequest(message, [{ in: 'body', pointer: '/filter', message }]);
  }
  return ids ? { ids } : toFilter(filter ?? {});
}

function readCursor(cursor: string | undefined): { readonly at: number; readonly id: string } | undefined {
  if (cursor === undefined) return undefined;
  const found = /^(\d{1,15})\.(ddl_[0-9a-f]{32})$/.exec(cursor);
  if (!found) throw invalidRequest('The cursor is not one that this list gave.');
  return { at: Number(found[1]), id: found[2] ?? '' };
}
