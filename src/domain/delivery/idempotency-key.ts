/** The idempotency key of one visit of a journey step: `{enrollment}:{step}:{visit}`, and `:{n}` for the nth fallback of a send. */
export function sendKey(enrollment: string, step: string, visit: number, fallback = 0): string {
  return `${enrollment}:${step}:${visit}${fallback > 0 ? `:${fallback}` : ''}`;
}

/**
 * The idempotency key of one membership change at one destination: `{audience}:{destination}:{profile}:{version}`, and `:detached`
 * when a detach takes back what the wish of that version added.
 */
export function memberKey(
  audience: string,
  destination: string,
  { profile, version, isDetached }: { profile: string; version: number; isDetached?: boolean },
): string {
  return `${audience}:${destination}:${profile}:${version}${isDetached ? ':detached' : ''}`;
}
