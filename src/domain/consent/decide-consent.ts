import { own } from '../json';
import type { Consent, ConsentStatus } from '../profiles/profile';
import type { Purposes } from './purpose';

/**
 * Why consent allowed or withheld something: what the person said, what the purpose says of silence, that the purpose needs no
 * consent, or that nobody has defined it, and silence allows.
 */
export const consentBases = ['statement', 'when-unset', 'transactional', 'undefined-purpose'] as const;
export type ConsentBasis = (typeof consentBases)[number];

/** What is kept with a delivery: the purpose it needed, and the statement as it stood then. Instants are epoch milliseconds. */
export interface ConsentProof {
  readonly purpose: string;
  readonly basis: ConsentBasis;
  readonly status: ConsentStatus | 'unset';
  readonly at?: number;
  readonly source?: string;
  /** The event that said so. */
  readonly messageId?: string;
}

export interface ConsentDecision {
  readonly isAllowed: boolean;
  /** Absent when nothing needs consent. */
  readonly proof?: ConsentProof;
}

/**
 * Whether something that needs a purpose may reach a person: the one place that decides, for sends of journeys and for audiences at
 * destinations. Conditions of rules do not ask here: they say what was recorded, and know nothing of `whenUnset`.
 */
export function decideConsent(
  purpose: string | undefined,
  consent: Readonly<Record<string, Consent>>,
  purposes: Purposes,
): ConsentDecision {
  if (purpose === undefined) return { isAllowed: true };
  const defined = purposes.get(purpose);
  const said = own(consent, purpose);
  const proof = { purpose, status: 'unset' as const, ...said };
  if (defined?.transactional) return { isAllowed: true, proof: { ...proof, basis: 'transactional' } };
  if (said) return { isAllowed: said.status === 'granted', proof: { ...proof, basis: 'statement' } };
  if (!defined) return { isAllowed: true, proof: { ...proof, basis: 'undefined-purpose' } };
  return { isAllowed: defined.whenUnset === 'allow', proof: { ...proof, basis: 'when-unset' } };
}
