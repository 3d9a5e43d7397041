import type { ConsentBasis } from '../domain/consent/decide-consent';
import type { WhenUnset } from '../domain/consent/purpose';
import type { SuppressionReason } from '../domain/consent/suppression';
import type { JsonObject } from '../domain/json';
import type { ConsentStatus } from '../domain/profiles/profile';
import type { Page, PageQuery } from './pages';

export type { ConsentBasis, ConsentStatus, SuppressionReason, WhenUnset };

export interface PurposeDefinition {
  readonly name: string;
  readonly description?: string;
  /** What silence means; `deny` unless set. */
  readonly whenUnset?: WhenUnset;
  /** Sent whatever people consented to, and never to an address that must not be written to. */
  readonly transactional?: boolean;
}
export interface Purpose extends PurposeDefinition {
  readonly key: string;
  readonly whenUnset: WhenUnset;
  readonly transactional: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Under which consent something was allowed, or withheld. */
export interface ConsentProof {
  readonly purpose: string;
  readonly basis: ConsentBasis;
  readonly status: ConsentStatus | 'unset';
  readonly at?: string;
  readonly source?: string;
  readonly messageId?: string;
}
export interface ConsentState extends ConsentProof {
  readonly isAllowed: boolean;
}
/** One statement, whether or not a later one stands against it. */
export interface ConsentRecord {
  readonly purpose: string;
  readonly status: ConsentStatus;
  readonly at: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly messageId: string;
  readonly isTrusted: boolean;
  readonly proof?: JsonObject;
}
export interface ConsentHistory extends Page<ConsentRecord> {
  readonly purposes: readonly ConsentState[];
}
export interface ConsentInput {
  readonly status: ConsentStatus;
  /** When it was said; now unless set. */
  readonly at?: string | number;
  /** Form, wording, hash of an address: at most 2,048 characters of JSON. */
  readonly proof?: JsonObject;
}

/** An entry of a suppression list, without the identifier it is about. */
export interface Suppression {
  readonly id: string;
  readonly type: string;
  readonly hint: string;
  readonly scope: string;
  readonly reason: SuppressionReason;
  readonly source: string;
  readonly at: string;
  readonly expiresAt?: string;
}
export interface SuppressionInput {
  /** `everything` unless set; or `channel:…`, `purpose:…`, `destination:…`. */
  readonly scope?: string;
  /** `manual` unless set. */
  readonly reason?: SuppressionReason;
  readonly expiresAt?: string | number;
}
export interface SuppressionEntry extends SuppressionInput {
  readonly identifier: { readonly type: string; readonly value: string };
}
export interface SuppressionQuery extends PageQuery {
  readonly scope?: string;
  readonly reason?: SuppressionReason;
  readonly type?: string;
}
/** `sending`: attempts to deliver to these people that had begun before, and have not ended yet. */
export interface SavedSuppressions extends Page<Suppression> {
  readonly sending?: number;
}
export interface BulkSuppressed {
  readonly saved: number;
  readonly rejected: readonly { readonly index: number; readonly message: string }[];
  readonly sending?: number;
}
