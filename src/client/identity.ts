import type { IdentityInsights, IdentityPolicy, IdentityViolation, IdentityViolationQuery } from './identity-types';
import { eachOf, type Page } from './pages';
import type { Transport } from './transport';

/** How people are told apart, and what that kept apart. */
export function identityOf({ call }: Transport) {
  const violations = (query: IdentityViolationQuery = {}) =>
    call<Page<IdentityViolation>>({ method: 'GET', path: '/v1/identity/violations', query: { ...query } });
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
  };
}
