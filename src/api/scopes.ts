/** What a management key may do. A key may also hold `audiences:*` (both of a pair) or `admin` (everything). */
export const scopes = [
  'events:write',
  'profiles:read',
  'profiles:pii',
  'profiles:write',
  'profiles:erase',
  'audiences:read',
  'audiences:write',
  'journeys:read',
  'journeys:write',
  'destinations:read',
  'destinations:write',
  'sources:read',
  'sources:write',
  'consent:read',
  'consent:write',
  'impact:read',
  'admin',
] as const;
export type Scope = (typeof scopes)[number];

/** Scopes as a key may name them. */
export const grantableScopes = [
  ...scopes,
  'profiles:*',
  'audiences:*',
  'journeys:*',
  'destinations:*',
  'sources:*',
  'consent:*',
] as const;

export function hasScope(held: readonly string[], wanted: Scope): boolean {
  const [resource] = wanted.split(':');
  return held.includes('admin') || held.includes(wanted) || (wanted !== 'admin' && held.includes(`${resource}:*`));
}
