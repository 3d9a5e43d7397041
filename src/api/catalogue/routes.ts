import { z } from 'zod';
import { eventKinds, type EventKind } from '../../domain/events/event';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { CatalogueDetailBody, CatalogueEventBody, presentDetail, presentEvent } from './presenter';

const Kind = z.enum(eventKinds).optional();

export const catalogueRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/catalogue',
    scope: 'sources:read',
    summary: 'The events that sources send, by name; `rest` counts those of names beyond the bound',
    query: PageQuery.extend({ q: z.string().max(255).optional(), kind: Kind, source: z.string().max(100).optional() }),
    responses: { 200: pageOf(CatalogueEventBody).extend({ rest: z.int() }) },
    handle: async (call) => {
      const { q = '', kind, source } = call.query;
      const [all, rest] = await Promise.all([
        call.deps.store.catalogue.list(call.ws),
        call.deps.store.catalogue.rest(call.ws),
      ]);
      const found = all.filter(
        (event) =>
          event.name.toLowerCase().includes(q.toLowerCase()) &&
          (kind === undefined || event.kind === kind) &&
          (source === undefined || Object.hasOwn(event.bySource, source)),
      );
      const { body, ...page } = toPageOfAll(call, readPage(call), found, presentEvent);
      return { ...page, body: { ...body, rest } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/catalogue/{event}',
    scope: 'sources:read',
    summary: 'What one event carries: properties, types, fill rates, identifiers',
    params: z.strictObject({ event: z.string().min(1).max(255) }),
    query: z.strictObject({ kind: Kind }),
    responses: { 200: CatalogueDetailBody },
    handle: async ({ deps, ws, params, query }) => {
      const { event: name } = params;
      const found = await deps.store.catalogue.find(ws, { kind: query.kind ?? kindOf(name), name });
      if (!found) throw notFound('such event in the catalogue');
      return { status: 200, body: presentDetail(found.event, found.properties) };
    },
  }),
];

/** The other kinds are named by themselves; a `track` of such a name is found by `kind=track`. */
const kindOf = (name: string): EventKind => eventKinds.find((kind) => kind === name) ?? 'track';
