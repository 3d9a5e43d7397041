import { decideConsent, type ConsentProof } from '../../domain/consent/decide-consent';
import { findBarring, isOfChannelAlone, suppressionsOf } from '../../domain/consent/suppression';
import type { WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import type { DestinationState } from './journey-sender';
import type { JourneyDeps } from './journeys';

/** Whether a person may be sent something, and under which consent. */
export interface Permission {
  /** Why not. */
  readonly withheld?: 'restricted' | 'suppressed' | 'consent';
  readonly consent?: ConsentProof;
  /** Another channel or destination might be allowed. */
  readonly isOfChannel: boolean;
  /** Quiet hours and caps do not keep it. */
  readonly isTransactional: boolean;
}

/** What wants to leave: a send needs the purpose of its journey, else that of its destination. */
export interface Asking {
  readonly ws: WorkspaceId;
  readonly profile: Profile;
  readonly destination: string;
  readonly purpose: string | undefined;
  readonly to: Pick<DestinationState, 'purpose' | 'channel'>;
}

/**
 * Asks the purposes and the suppression lists themselves, after the claim: whoever adds somebody to a list waits for claims taken
 * before, and finds that later ones have read it.
 */
export async function readPermission(
  { store, clock }: Pick<JourneyDeps, 'store' | 'clock'>,
  { ws, profile, destination, to, purpose = to.purpose }: Asking,
): Promise<Permission> {
  const defined = purpose === undefined ? undefined : await store.purposes.find(ws, purpose);
  const { isAllowed, proof } = decideConsent(purpose, profile.consent, new Map(defined && [[defined.key, defined]]));
  const list = await store.suppressions.check(ws, profile.identifiers);
  const isTransactional = defined?.transactional === true;
  const target = { destination, purpose, channel: to.channel, isTransactional };
  const suppressions = suppressionsOf(profile, list, clock());
  const barring = findBarring(suppressions, target);
  if (profile.restrictedAt !== undefined) return { withheld: 'restricted', isTransactional, isOfChannel: false };
  return {
    isTransactional,
    isOfChannel: isOfChannelAlone(suppressions, target),
    ...(barring ? { withheld: 'suppressed' as const } : !isAllowed && { withheld: 'consent' as const }),
    ...(proof && { consent: proof }),
  };
}
