import ipaddr from 'ipaddr.js';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Problem } from '../problem';

/** Remembers for a minute how many keys that open nothing came from an address. */
export class FailedKeys {
  readonly #windows: RateLimiterMemory;

  constructor(perMinute: number) {
    this.#windows = new RateLimiterMemory({ points: perMinute, duration: 60 });
  }

  /** Throws 429 when the address has tried too many. */
  async demandPatience(address: string): Promise<void> {
    const found = await this.#windows.get(networkOf(address));
    if (!found || found.consumedPoints < this.#windows.points) return;
    const seconds = String(Math.max(1, Math.ceil(found.msBeforeNext / 1_000)));
    throw new Problem(
      429,
      'too-many-failed-keys',
      `Too many keys from this address were unknown, expired or revoked; correct the key and try again in ${seconds} s.`,
      { headers: { 'Retry-After': seconds } },
    );
  }

  async count(address: string): Promise<void> {
    await this.#windows.penalty(networkOf(address));
  }
}

/** Of an IPv6 address its /64: one sender has all of it (RFC 6177). */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
}
