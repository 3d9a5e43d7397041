import type { JsonObject } from '../json';

/** What happens to a membership at a destination. */
export const membershipOperations = ['add', 'remove'] as const;
export type MembershipOperation = (typeof membershipOperations)[number];

/** One membership that a destination should gain or lose. */
export interface Operation {
  /** The idempotency key. */
  readonly id: string;
  readonly operation: MembershipOperation;
  readonly profile: string;
  /** Values by identifier type, normalised as Heddle keeps them; a destination applies its vendor's rules on top. */
  readonly identifiers: Readonly<Record<string, string>>;
  /** Of an addition to an audience that has variables: what they are as it leaves. */
  readonly variables?: JsonObject;
}

/** One message of a journey. */
export interface Send {
  /** The idempotency key. */
  readonly id: string;
  readonly journey: string;
  readonly version: number;
  readonly step: string;
  readonly enrollment: string;
  readonly profile: {
    readonly id: string;
    readonly identifiers: Readonly<Record<string, string>>;
    /** Those that the mapping names, no others. */
    readonly traits: JsonObject;
  };
  /** What the mapping produced. */
  readonly payload: JsonObject;
  /** When the step was reached, epoch milliseconds; the same for every attempt, so that the body is too. */
  readonly timestamp: number;
}
