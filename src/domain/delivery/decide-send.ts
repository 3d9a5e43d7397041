import { parseDuration } from '../duration';
import { openingAt } from '../zone';
import { isFinal, mayHaveArrived, type DeliveryStatus } from './delivery';
import type { Cap, QuietHours, SendingPolicy } from './sending-policy.schema';

/** A send that counts under caps, from before it leaves. */
export interface SendPlace {
  /** Of the delivery. */
  readonly key: string;
  readonly at: number;
  /** That took it, by `attemptOf`: only this one gives it back. */
  readonly attempt?: string;
  readonly channel?: string | undefined;
  /** It is under way: nobody knows yet whether it arrives. */
  readonly isOpen?: true;
}

/** Why a policy lets something wait, or not leave at all. */
export type PolicyReason = 'sends-stopped' | 'quiet-hours' | 'cap';

/** What the policies say of a send. `isOfChannel`: another channel may still reach the person. */
export type Ruling =
  | { readonly do: 'send' }
  | { readonly do: 'hold'; readonly reason: PolicyReason; readonly until: number }
  | { readonly do: 'withhold'; readonly reason: PolicyReason; readonly isOfChannel: boolean };

/** A send as the policies see it. */
export interface Sending {
  /** By what it reaches the person, where the destination says. */
  readonly channel?: string | undefined;
  readonly isTransactional: boolean;
  /** Where the person lives, for quiet hours that go by it. */
  readonly zone: string;
  readonly now: number;
}

const letGo: Ruling = { do: 'send' };

/** How long a held send waits before it is looked at again, since nobody rings when a policy changes or a place becomes free early. */
export const longestHoldMs: { readonly [Reason in PolicyReason]: number } = {
  'sends-stopped': 3_600_000,
  'quiet-hours': 3_600_000,
  cap: 6 * 3_600_000,
};

/** A send that is under way is waited for before another is skipped for it, since it may be refused; not for longer than an attempt takes. */
const openForMs = 120_000;
const openLookMs = 15_000;

/**
 * Whether a send may leave now. `places` are those of its person that others have taken; `countedAt` is since when it counts itself, of what
 * may have arrived before: no cap in whose window that is keeps it.
 */
export function decideSend(
  { quietHours, caps = [] }: SendingPolicy,
  sending: Sending,
  places: readonly SendPlace[],
  countedAt = -Infinity,
): Ruling {
  if (sending.isTransactional) return letGo;
  const quiet = quietHours && decideQuiet(quietHours, sending);
  const asked = caps.filter(({ per }) => countedAt < sending.now - parseDuration(per));
  return quiet ?? decideCaps(asked, sending, places);
}

function decideQuiet(hours: QuietHours, { zone, now }: Sending): Ruling | undefined {
  const fixed = hours.zone === undefined || hours.zone === 'profile' ? zone : hours.zone;
  const opening = openingAt(now, hours, fixed);
  if (!opening) return undefined;
  return hours.then === 'skip'
    ? { do: 'withhold', reason: 'quiet-hours', isOfChannel: false }
    : { do: 'hold', reason: 'quiet-hours', until: opening.closesAt };
}

/** Windows are closed: a send that is exactly as old as one still counts. */
function decideCaps(caps: readonly Cap[], { channel, now }: Sending, places: readonly SendPlace[]): Ruling {
  const full = caps
    .filter((cap) => cap.channel === undefined || cap.channel === channel)
    .flatMap((cap) => {
      const windowMs = parseDuration(cap.per);
      const counted = placesUnder(cap, places).filter(({ at }) => at >= now - windowMs);
      const last = counted.at(-cap.max);
      if (!last) return [];
      const isSure = counted.filter((place) => !isUnderWay(place, now)).length >= cap.max;
      return [{ cap, isSure, freeAt: isSure ? last.at + windowMs + 1 : now + openLookMs }];
    });
  if (full.length === 0) return letGo;
  if (full.some(({ cap, isSure }) => isSure && cap.then === 'skip'))
    return { do: 'withhold', reason: 'cap', isOfChannel: full.every(({ cap }) => cap.channel !== undefined) };
  return { do: 'hold', reason: 'cap', until: Math.max(...full.map(({ freeAt }) => freeAt)) };
}

const isUnderWay = ({ isOpen, at }: SendPlace, now: number): boolean => isOpen === true && now - at < openForMs;

/** Oldest first. */
const placesUnder = (cap: Cap, places: readonly SendPlace[]): SendPlace[] =>
  places.filter(({ channel }) => cap.channel === undefined || cap.channel === channel).sort((a, b) => a.at - b.at);

/** How far back caps look. */
export const capsLookBackMs = ({ caps = [] }: SendingPolicy): number =>
  Math.max(0, ...caps.map(({ per }) => parseDuration(per)));

/** A delivery of the ledger, as far as caps count it. */
export interface CountedDelivery {
  readonly key: string;
  readonly status: DeliveryStatus;
  readonly channel?: string | undefined;
  readonly at: number;
}

/**
 * The places that others than `key` have: what the ledger says may have arrived, and what was taken and may still leave. What the ledger
 * says never arrived has none.
 */
export function placesTaken(key: string, taken: readonly SendPlace[], ledger: readonly CountedDelivery[]): SendPlace[] {
  const ended = new Map(ledger.filter(({ status }) => isOver(status)).map((one) => [one.key, one]));
  const open = taken.filter((place) => !ended.has(place.key)).map((place): SendPlace => ({ ...place, isOpen: true }));
  const arrived = [...ended.values()].filter(({ status }) => mayHaveArrived(status));
  const since = new Map(taken.map((place) => [place.key, place.at]));
  const known = arrived.map(({ key: of, at, channel }) => ({ key: of, at: since.get(of) ?? at, channel }));
  return [...open, ...known].filter((place) => place.key !== key);
}

const isOver = (status: DeliveryStatus): boolean => isFinal(status) || mayHaveArrived(status);
