/** The idempotency key of one visit of a journey step: `{enrollment}:{step}:{visit}`. */
export function sendKey(enrollment: string, step: string, visit: number): string {
  return `${enrollment}:${step}:${visit}`;
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
