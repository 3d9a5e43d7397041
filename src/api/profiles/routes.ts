import { z } from 'zod';
import { profileId } from '../../domain/ids';
import { toInstantPage } from '../instant-page';
import { PageQuery, pageOf, readPage, toPage, toPageOfAll } from '../page';
import type { EventDoc } from '../../store/documents';
import { defineRoute, type Route } from '../route';
import { idsOf } from '../../domain/profiles/present';
import { computedTraitsOf } from '../../folding/read-computed';
import { readComputedOf } from '../computed-traits/read-computed-of';
import { findProfile, searchProfiles, ProfileRef } from './find-profile';
import {
  EventBody,
  IdentifierBody,
  ProfileBody,
  StayBody,
  TraitBody,
  presentTraitRows,
  presentEvent,
  presentIdentifiers,
  presentProfile,
  presentStay,
  sightOf,
} from './presenter';

const Ref = z.strictObject({ ref: ProfileRef });

export const profileRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/profiles',
    scope: 'profiles:read',
    summary: 'Profiles; `q` finds the ones that an identifier names',
    query: PageQuery.extend({ q: z.string().min(1).max(400).optional() }),
    responses: { 200: pageOf(ProfileBody) },
    handle: async (call) => {
      const { store } = call.deps;
      const present = (profile: Parameters<typeof presentProfile>[0]) => presentProfile(profile, sightOf(call));
      if (call.query.q !== undefined) {
        return { status: 200, body: { data: (await searchProfiles(store, call.ws, call.query.q)).map(present) } };
      }
      const page = readPage(call);
      const rows = await store.profiles.page(
        call.ws,
        page.limit + 1,
        page.after === undefined ? undefined : profileId(page.after),
      );
      return toPage(call, page, rows, present, ({ id }) => id);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}',
    scope: 'profiles:read',
    summary: 'One profile, by `prf_…` or `type:value`',
    params: Ref,
    responses: { 200: ProfileBody },
    handle: async (call) => {
      const { store } = call.deps;
      const asked = [findProfile(store, call.ws, call.params.ref), computedTraitsOf(store, call.ws)] as const;
      const [profile, told] = await Promise.all(asked);
      const computed = await readComputedOf(call, profile, told);
      return { status: 200, body: { ...presentProfile(profile, sightOf(call)), ...computed } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/identifiers',
    scope: 'profiles:read',
    summary: 'What the profile is known by',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(IdentifierBody) },
    handle: async (call) => {
      const profile = await findProfile(call.deps.store, call.ws, call.params.ref);
      return toPageOfAll(call, readPage(call), presentIdentifiers(profile, sightOf(call)), (row) => row);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/traits',
    scope: 'profiles:read',
    summary: 'Traits with who said so, when, and since when it has been so',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(TraitBody) },
    handle: async (call) => {
      const profile = await findProfile(call.deps.store, call.ws, call.params.ref);
      return toPageOfAll(call, readPage(call), presentTraitRows(profile, sightOf(call)), (row) => row);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/audiences',
    scope: 'profiles:read',
    summary: 'Every stay in an audience, newest first',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(StayBody) },
    handle: async (call) => {
      const profile = await findProfile(call.deps.store, call.ws, call.params.ref);
      return toPageOfAll(
        call,
        readPage(call),
        await call.deps.store.memberships.ofProfile(call.ws, idsOf(profile)),
        presentStay,
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/events',
    scope: 'profiles:read',
    summary: 'Applied events, latest first by their own time',
    params: Ref,
    query: PageQuery,
    responses: { 200: pageOf(EventBody) },
    handle: async (call) => {
      const profile = await findProfile(call.deps.store, call.ws, call.params.ref);
      return toInstantPage(
        call,
        ({ occurredAt }: EventDoc) => occurredAt,
        (limit, before, skip) => call.deps.store.events.page(call.ws, idsOf(profile), limit, before, skip),
        (event) => presentEvent(event, sightOf(call)),
      );
    },
  }),
];
