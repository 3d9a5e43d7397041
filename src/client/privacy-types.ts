import type { JsonObject } from '../domain/json';

/** The result of an erasure: what was removed where, in a form that can be proved. */
export interface SignedReceipt {
  readonly receipt: JsonObject;
  readonly signature: string;
}
