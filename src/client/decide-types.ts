import type { JsonObject } from '../domain/json';

/** Whom to ask about: a browser, a device, or, with a management key, anybody as `prf_…` or `type:value`. */
export type Visitor = { readonly anonymousId: string } | { readonly deviceId: string } | { readonly profile: string };
export interface Decision {
  /** Keys, in alphabetical order. */
  readonly audiences: readonly string[];
  /** Of those audiences that have some, by audience; absent for a public key. */
  readonly variables?: Readonly<Record<string, JsonObject>>;
  /** Running enrollments, oldest first; absent for a public key. */
  readonly journeys?: readonly { readonly journey: string; readonly step: string; readonly enteredAt: string }[];
  readonly asOf: string;
}
