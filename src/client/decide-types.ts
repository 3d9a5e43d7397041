import type { JsonObject } from '../domain/json';

/** Whom to ask about: a browser, a device, or, with a management key, anybody as `prf_…` or `type:value`. */
export type Visitor = { readonly anonymousId: string } | { readonly deviceId: string } | { readonly profile: string };
/** With the slots of the page that are to be filled. */
export type Question = Visitor & {
  readonly slots?: readonly string[];
  /** Nobody is shown the answer, and it is not recorded. */
  readonly preview?: boolean;
};
export interface Decision {
  /** Keys, in alphabetical order. */
  readonly audiences: readonly string[];
  /** Of those audiences that have some, by audience; absent for a public key. */
  readonly variables?: Readonly<Record<string, JsonObject>>;
  /** Running enrollments, oldest first; absent for a public key. */
  readonly journeys?: readonly { readonly journey: string; readonly step: string; readonly enteredAt: string }[];
  /** What journeys show in the slots that were asked for; one that shows nothing is absent. */
  readonly slots?: Readonly<Record<string, SlotContent>>;
  readonly asOf: string;
}
export interface SlotContent {
  readonly content: JsonObject;
  /** Of the enrollment that shows it. */
  readonly id: string;
  /** Absent for a public key. */
  readonly journey?: string;
  readonly step?: string;
}
