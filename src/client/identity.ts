import type {
  IdentifierTypeName,
  IdentityInsights,
  IdentityPolicy,
  IdentityViolation,
  IdentityViolationQuery,
  QuarantinedIdentifier,
  Quarantining,
} from './identity-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

/** How people are told apart, and what that kept apart. */
export function identityOf({ call }: Transport) {
  const violations = (query: IdentityViolationQuery = {}) =>
    call<Page<IdentityViolation>>({ method: 'GET', path: '/v1/identity/violations', query: { ...query } });
  const quarantine = (query: PageQuery = {}) =>
    call<Page<QuarantinedIdentifier>>({ method: 'GET', path: '/v1/identity/quarantine', query: { ...query } });
  return {
    policy: () => call<IdentityPolicy>({ method: 'GET', path: '/v1/policies/identity' }),
    /** For events from now on; answers the policy with its defaults. */
    setPolicy: (policy: IdentityPolicy) =>
      call<IdentityPolicy>({ method: 'PUT', path: '/v1/policies/identity', body: policy }),
    /** How people were told apart in the last days, in figures. */
    insights: () => call<IdentityInsights>({ method: 'GET', path: '/v1/identity/insights' }),
    /** Applied events of which identifiers were dropped, newest first. */
    violations,
    eachViolation: (query: IdentityViolationQuery = {}) => eachOf(violations, query),
    /** Identifiers that name nobody, newest first. */
    quarantine,
    eachQuarantined: (query: PageQuery = {}) => eachOf(quarantine, query),
    /** Whoever has it loses it, and it names nobody until it is released. */
    putInQuarantine: (identifier: { readonly type: IdentifierTypeName; readonly value: string }) =>
      call<Quarantining>({ method: 'POST', path: '/v1/identity/quarantine', body: identifier, isRepeatable: true }),
    /** By the id of the list: it is whoever's comes with it next. */
    release: (id: string) => call<void>({ method: 'DELETE', path: path`/v1/identity/quarantine/${id}` }),
  };
}
