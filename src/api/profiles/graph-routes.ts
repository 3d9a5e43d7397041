import { z } from 'zod';
import { identityGraph, type IdentityEdge } from '../../domain/identity/identity-graph';
import { idsOf } from '../../domain/profiles/present';
import { profileLimits } from '../../domain/profiles/profile-limits';
import { absorbedIn } from '../../store/merges';
import { Instant, presentInstant } from '../instant';
import { defineRoute, type Route } from '../route';
import { findProfile, ProfileRef } from './find-profile';
import { IdentifierBody, presentIdentifier, sightOf, type Sight } from './presenter';

const origin = { messageId: z.string().optional(), source: z.string().optional() };

const Room = z.strictObject({ used: z.int(), most: z.int() });

export const GraphBody = z.strictObject({
  profiles: z.array(z.string()).meta({ description: 'The living one first, then those that it absorbed' }),
  edges: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('identifier'), identifier: IdentifierBody, profile: z.string(), ...origin }),
      z.strictObject({
        ...{ kind: z.literal('merge'), absorbed: z.string(), survivor: z.string(), at: Instant },
        ...{ reason: z.enum(['identifiers', 'asked']), identifierTypes: z.array(z.string()) },
        ...{ ...origin, undoneAt: Instant.optional() },
      }),
      z.strictObject({ kind: z.literal('apart'), profile: z.string(), other: z.string() }),
    ]),
  ),
  /** How full the profile is, of what any may have. */
  room: z.strictObject({ identifiers: Room, merges: Room, traits: Room }),
});

export const graphRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/profiles/{ref}/graph',
    scope: 'profiles:read',
    summary: 'Why the profile is one person: which event brought each identifier, and each merge, with the reasons',
    params: z.strictObject({ ref: ProfileRef }),
    responses: { 200: GraphBody },
    handle: async (call) => {
      const { store } = call.deps;
      const profile = await findProfile(store, call.ws, call.params.ref);
      const [merges, broughtBy] = await Promise.all([
        store.merges.ofProfiles(call.ws, idsOf(profile)),
        store.identifiers.broughtBy(call.ws, profile.identifiers),
      ]);
      const ledger = merges.map((merge) => ({ ...merge, identifiers: absorbedIn(merge)?.identifiers }));
      const { profiles, edges } = identityGraph(profile, ledger, broughtBy);
      const room = {
        identifiers: { used: profile.identifiers.length, most: profileLimits.identifiers },
        merges: { used: profile.lineage.length, most: profileLimits.lineage },
        traits: { used: Object.keys(profile.traits).length, most: profileLimits.traits },
      };
      return { status: 200, body: { profiles, edges: edges.map((edge) => presentEdge(edge, sightOf(call))), room } };
    },
  }),
];

function presentEdge(edge: IdentityEdge, sight: Sight): z.output<typeof GraphBody>['edges'][number] {
  if (edge.kind === 'apart') return edge;
  if (edge.kind === 'identifier') {
    const { kind, identifier, profile, by } = edge;
    return { kind, identifier: presentIdentifier(identifier, sight), profile, ...by };
  }
  const { by, at, undoneAt, ...merge } = edge;
  return {
    ...merge,
    identifierTypes: [...merge.identifierTypes],
    at: presentInstant(at),
    ...by,
    ...(undoneAt !== undefined && { undoneAt: presentInstant(undoneAt) }),
  };
}
