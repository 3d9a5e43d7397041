/** A line of the sample data: a Segment-spec call with the time at which it happened. */
export interface SampleEvent {
  readonly type: string;
  readonly messageId: string;
  readonly timestamp: string;
  readonly event?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
}

/** The event, that many milliseconds later; everything else stays, its `messageId` above all. */
export function shift<Event extends SampleEvent>(event: Event, offsetMs: number): Event {
  return { ...event, timestamp: new Date(Date.parse(event.timestamp) + offsetMs).toISOString() };
}

/** Several sets, each with its own end, as one history in order of time that ends at `endsAt`. */
export function asOneHistory(
  sets: readonly { readonly asOf: number; readonly events: readonly SampleEvent[] }[],
  endsAt: number,
): SampleEvent[] {
  return sets
    .flatMap(({ asOf, events }) => events.map((event) => shift(event, endsAt - asOf)))
    .map((event) => ({ event, at: Date.parse(event.timestamp) }))
    .sort((one, other) => one.at - other.at)
    .map(({ event }) => event);
}
