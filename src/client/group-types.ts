import type { JsonObject } from '../domain/json';
import type { KnownIdentifier } from './profile-types';

/** A household or an account: people acted on as one, without being one. */
export interface Group {
  readonly key: string;
  /** Masked for a key without the scope `profiles:pii`. */
  readonly traits: JsonObject;
  readonly memberCount: number;
  /** It counts for no condition and no entry. */
  readonly isTooLarge: boolean;
  readonly createdAt: string;
}

export interface GroupMember {
  readonly profileId: string;
  readonly role?: string;
  readonly since: string;
  /** A `group` call, an import or the API; or the rule of the policy. */
  readonly by: 'call' | 'rule';
  readonly source: string;
  readonly identifiers: readonly KnownIdentifier[];
  /** Keys of the audiences they are in. */
  readonly audiences: readonly string[];
}

export interface GroupDetail extends Group {
  /** The first 100, in the order of joining. */
  readonly members: readonly GroupMember[];
  readonly audiences: readonly { readonly key: string; readonly members: number }[];
}

export interface GroupTypePolicy {
  /** People whose traits of one of these lists are all there and equal are one group. */
  readonly by?: readonly (readonly string[])[];
  /** A larger group counts for nothing. */
  readonly most?: number;
  /** Whether `group` calls of public keys count. */
  readonly public?: boolean;
}

export interface GroupPolicy {
  readonly household?: GroupTypePolicy;
  readonly account?: GroupTypePolicy;
}
