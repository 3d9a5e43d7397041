/** The idempotency key of one visit of a journey step: `{enrollment}:{step}:{visit}`. */
export function sendKey(enrollment: string, step: string, visit: number): string {
  return `${enrollment}:${step}:${visit}`;
}

/** The idempotency key of one membership change at one destination: `{audience}:{destination}:{profile}:{version}`. */
export function memberKey(audience: string, destination: string, profile: string, version: number): string {
  return `${audience}:${destination}:${profile}:${version}`;
}
