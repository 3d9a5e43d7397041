import { z } from 'zod';
import { Holdout } from '../../domain/audiences/holdout.schema';
import { AudienceDefinition } from '../../domain/audiences/rule.schema';
import { demandScope } from '../authenticate';
import { definitionRoutes } from '../definition-routes';
import { Instant, InstantInput, presentInstant } from '../instant';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { PageQuery, pageOf, readPage, toPage } from '../page';
import { invalidRequest } from '../problem';
import { defineRoute, type Route } from '../route';
import { AudienceBody, MemberBody, SizeBody, presentAudience, presentMember, ruleOf } from './presenter';
import { readFigures } from './figures';
import { listFilter } from './list-filter';
import { planFor, previewAudience, refuseListsOfThePast } from './preview';
import { readMembers } from './members/served-members';
import { SaveQuery, askedOf } from './save-query';
import { deleteAudience, refuseLostReferences, saveAudience } from './save-audience';

const Key = z.strictObject({ key: DefinitionKey });
const noFigures = { size: 0, heldOut: 0 };
const points = { usual: 30, most: 200 };

const PreviewBody = z.strictObject({
  /** A rule to try; the saved one when absent. */
  rule: AudienceDefinition.shape.rule,
  /** A holdout to try; the saved one when absent. */
  holdout: Holdout.optional(),
  asOf: InstantInput.optional(),
  /** How many matching profiles to name. */
  sample: z.int().min(0).max(100).default(10),
  /** Asks everybody, however long that takes; without it some at random, where there are many. */
  exact: z.boolean().default(false),
});
const PreviewAnswer = z.strictObject({
  asOf: Instant,
  count: z.int(),
  /** The true number lies between these in 95 of 100 answers; all three are the same where everybody was asked. */
  low: z.int(),
  high: z.int(),
  sampled: z.strictObject({ profiles: z.int(), of: z.int() }).optional(),
  sample: z.array(z.string()),
  /** Of those that match, how many have an identifier of a type. */
  identifiers: z.record(z.string(), z.int()),
  /** Of those that match, how many would be held out; absent without a holdout. */
  holdout: Holdout.extend({ heldOut: z.int() }).optional(),
  /** Of those that match, how many a destination could identify. */
  destinations: z.record(z.string(), z.int()),
  /** Of those that match, how many are in other audiences at present. */
  overlap: z.record(z.string(), z.int()),
});
const HistoryQuery = z.strictObject({
  from: InstantInput.optional(),
  to: InstantInput.optional(),
  points: z.coerce.number().int().min(2).max(points.most).default(points.usual),
});

export const audiences = definitionRoutes({
  ...{ path: '/v1/audiences', scope: 'audiences', noun: 'audience', key: DefinitionKey },
  summaries: {
    list: 'Audiences with their present sizes',
    get: 'One audience',
    put: 'Save an audience; profiles are brought to it in the background, and another rule serves once all of them are',
    delete: 'Delete an audience that nothing refers to',
  },
  input: AudienceDefinition.partial({ key: true }),
  body: AudienceBody,
  filter: listFilter,
  in: (store) => store.audiences,
  present: async (found, { deps, ws }) => {
    const figures = await readFigures(deps.store, ws, found);
    return found.map((audience, index) => presentAudience(audience, figures[index] ?? noFigures));
  },
  saveQuery: SaveQuery,
  save: (call, definition) => saveAudience(call, definition, askedOf(call)),
  delete: deleteAudience,
});

export const audienceRoutes: readonly Route[] = [
  ...audiences.routes,
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/members',
    scope: 'audiences:read',
    summary: 'Present members; with `heldOut`, only those who are held out, or who are not',
    params: Key,
    query: PageQuery.extend({ heldOut: z.enum(['true', 'false']).optional() }),
    responses: { 200: pageOf(MemberBody) },
    handle: async (call) => {
      const { key } = await audiences.find(call);
      const page = readPage(call);
      const heldOut = call.query.heldOut && call.query.heldOut === 'true';
      const asked = { audience: key, limit: page.limit + 1, after: page.after, heldOut };
      const rows = await readMembers(call.deps.store, call.ws, asked);
      return toPage(call, page, rows, presentMember, ({ cursor }) => cursor);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/history',
    scope: 'audiences:read',
    summary: 'Size over time, exact at each instant',
    params: Key,
    query: HistoryQuery,
    responses: { 200: pageOf(SizeBody) },
    handle: async (call) => {
      const { key, createdAt } = await audiences.find(call);
      const { from = createdAt, to = call.now } = call.query;
      const instants = spread(from, to, call.query.points);
      const sizes = await call.deps.store.memberships.sizesAt(call.ws, key, instants);
      return { status: 200, body: { data: sizes.map(({ at, size }) => ({ at: presentInstant(at), size })) } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/audiences/{key}/preview',
    isIdempotent: true,
    scope: 'audiences:read',
    summary:
      'Evaluate from stored events, now or as of a past instant; saves nothing. A rule to try needs the scope audiences:write',
    params: Key,
    body: PreviewBody.prefault({}),
    responses: { 200: PreviewAnswer },
    handle: async (call) => {
      const { asOf, sample: sampleSize, exact: isExact } = call.body;
      // Whoever may ask any rule can read any trait, one guess at a time.
      if (call.body.rule !== undefined) demandScope(call.principal, 'audiences:write');
      const at = asOf ?? call.now;
      const saved = await call.deps.store.audiences.list(call.ws);
      const { key } = call.params;
      const rule = call.body.rule ?? ruleOf(await audiences.find(call));
      refuseLostReferences(saved, { key, rule });
      const plan = await planFor(call, saved, { rule, at });
      if (plan.asksForGroups) throw invalidRequest(groupsNotPreviewed);
      refuseListsOfThePast(call, plan, at);
      const used = call.body.holdout ?? saved.find((one) => one.key === key)?.holdout;
      const holdout = used && { ...used, audience: key };
      const limits = call.deps.limits.preview;
      const found = await previewAudience(call.deps.store, call.ws, { plan, sampleSize, isExact, limits, holdout });
      return { status: 200, body: { asOf: presentInstant(at), ...found } };
    },
  }),
];

const groupsNotPreviewed =
  'A rule on households or accounts cannot be tried out: members are counted for saved audiences only. Save it, and look at its size.';

/** `count` instants from one to the other, both included. */
function spread(from: number, to: number, count: number): number[] {
  if (from > to) {
    const message = '`from` is later than `to`.';
    throw invalidRequest(message, [{ in: 'query', pointer: '/from', message }]);
  }
  return Array.from({ length: count }, (_, index) => Math.round(from + ((to - from) * index) / (count - 1)));
}
