import type { Event } from '../events/event';
import type { JsonObject } from '../json';

/** A source's first rows, and what its mapping makes of them. */
export interface SourceSample {
  readonly ok: boolean;
  /** Stable and short: `ok`, `empty`, `http-401`, `private-address`. */
  readonly code: string;
  /** For people. */
  readonly detail: string;
  readonly columns: readonly string[];
  readonly rows: readonly SampleRow[];
}

export interface SampleRow {
  readonly row: JsonObject;
  readonly event?: Pick<Event, 'kind' | 'name' | 'identifiers' | 'traits' | 'properties' | 'occurredAt'>;
  readonly rejected?: { readonly code: string; readonly message: string };
}
