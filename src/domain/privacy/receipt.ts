import type { Json, JsonObject } from '../json';

/** What became of a person at one destination. */
export type DestinationOutcome =
  /** The destination has confirmed that they are off. */
  | 'removed'
  /** It holds nobody by what Heddle sent. */
  | 'nothing-held'
  /** It holds an identifier that somebody else has too, and wants there. */
  | 'shared'
  /** It refused the removal: it has to be asked by hand. */
  | 'refused'
  /** It has not answered in the time an erasure waits; it is asked again for as long as it takes. */
  | 'pending'
  /** It is disconnected: it has to be asked by hand. */
  | 'not-possible';

/** What an erasure did, to be shown to whoever asks for proof. It names nobody: identifiers are keyed hashes. */
export interface Receipt {
  readonly version: 1;
  readonly workspace: string;
  readonly operation: string;
  readonly requestedBy: string;
  /** RFC 3339: from when on nothing was sent and no event brought anything back, and when the last step ended. */
  readonly erasedAt: string;
  readonly completedAt: string;
  readonly profiles: readonly string[];
  readonly identifiers: readonly string[];
  /** How much was found by place, and removed or made nobody's. */
  readonly removed: Readonly<Record<string, number>>;
  readonly destinations: readonly {
    readonly audience: string;
    readonly destination: string;
    readonly outcome: DestinationOutcome;
  }[];
}

/** JSON with the fields of every object in order, so that the same receipt is the same text wherever it has been. */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
