import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Principal } from '../authenticate';
import { Problem, tooLarge } from '../problem';

/** Events for the ingestion door, decisions for pages and servers that ask about a visitor, requests for the management door. */
export type RateUnit = 'events' | 'decisions' | 'requests';

/** Per second, on average over a window. */
export interface RateLimits {
  readonly windowSeconds: number;
  /** API processes that share the traffic: each counts by itself and lets through its share. */
  readonly processes: number;
  readonly workspaceEvents: number;
  readonly keyEvents: number;
  readonly workspaceRequests: number;
  readonly keyRequests: number;
  readonly workspaceDecisions: number;
  readonly keyDecisions: number;
}

export type Caller = Pick<Principal, 'ws' | 'keyId' | 'ratePerSecond'>;

/** As the headers call them. */
export const ratePolicies = [
  'key-events',
  'key-requests',
  'key-decisions',
  'workspace-events',
  'workspace-requests',
  'workspace-decisions',
] as const;
export type RatePolicy = (typeof ratePolicies)[number];

interface Policy {
  readonly name: RatePolicy;
  readonly counter: string;
  readonly quota: number;
}

interface Counted {
  readonly policy: Policy;
  readonly used: number;
  readonly msLeft: number;
}

type Headers = Readonly<Record<string, string>>;

/**
 * Counts what keys and workspaces send in windows of this process, and refuses what is over. Fields as in
 * draft-ietf-httpapi-ratelimit-headers-10 (structured fields: one policy for the key, one for its workspace).
 */
export class Rates {
  readonly #windows: RateLimiterMemory;

  /** `onRefused` is told which limit a request was over. */
  constructor(
    readonly limits: RateLimits,
    readonly onRefused: (policy: RatePolicy) => void = () => undefined,
  ) {
    // Quotas differ from key to key, so the limiter only counts.
    this.#windows = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: limits.windowSeconds });
  }

  /** Throws 429 when nothing at all is left: asked before a body is read. */
  async demandRoom(caller: Caller, unit: RateUnit): Promise<void> {
    const states = await Promise.all(
      this.#policiesOf(caller, unit).map(async (policy): Promise<Counted> => {
        const found = await this.#windows.get(policy.counter);
        return { policy, used: found?.consumedPoints ?? 0, msLeft: found?.msBeforeNext ?? 0 };
      }),
    );
    const spent = states.filter(({ policy, used }) => used >= policy.quota);
    if (spent.length > 0) throw this.#refusal(unit, spent, this.#headersOf(states));
  }

  /** Counts all or, when they do not all fit, none, and throws 429; 413 where they never would. Answers the headers. */
  async take(caller: Caller, unit: RateUnit, count: number): Promise<Headers> {
    const policies = this.#policiesOf(caller, unit);
    const least = Math.min(...policies.map(({ quota }) => quota));
    if (count > least)
      throw tooLarge(`The batch has ${count} events, and ${least} may be sent in a window; send smaller batches.`);
    const states = await Promise.all(policies.map((policy) => this.#count(policy, count)));
    const over = states.filter(({ policy, used }) => used > policy.quota);
    if (over.length === 0) return this.#headersOf(states);
    const undone = await Promise.all(policies.map((policy) => this.#count(policy, -count)));
    throw this.#refusal(unit, over, this.#headersOf(undone));
  }

  #refusal(unit: RateUnit, over: readonly Counted[], headers: Headers): Problem {
    for (const { policy } of over) this.onRefused(policy.name);
    return tooMany(unit, over, headers);
  }

  async #count(policy: Policy, count: number): Promise<Counted> {
    const { consumedPoints, msBeforeNext } = await this.#windows.penalty(policy.counter, count);
    return { policy, used: consumedPoints, msLeft: msBeforeNext };
  }

  #policiesOf({ ws, keyId, ratePerSecond }: Caller, unit: RateUnit): Policy[] {
    const { limits } = this;
    const [ofKey, ofWorkspace] = {
      events: [limits.keyEvents, limits.workspaceEvents] as const,
      requests: [limits.keyRequests, limits.workspaceRequests] as const,
      decisions: [limits.keyDecisions, limits.workspaceDecisions] as const,
    }[unit];
    return [
      { name: `key-${unit}`, counter: `${unit}:${ws}:${keyId}`, quota: this.#quota(ratePerSecond ?? ofKey) },
      { name: `workspace-${unit}`, counter: `${unit}:${ws}`, quota: this.#quota(ofWorkspace) },
    ];
  }

  #quota(perSecond: number): number {
    return Math.max(1, Math.floor((perSecond * this.limits.windowSeconds) / this.limits.processes));
  }

  #headersOf(states: readonly Counted[]): Headers {
    const { windowSeconds } = this.limits;
    const left = ({ policy, used, msLeft }: Counted) =>
      `"${policy.name}";r=${Math.max(policy.quota - used, 0)};t=${Math.max(Math.ceil(msLeft / 1_000), 0)}`;
    return {
      'RateLimit-Policy': states
        .map(({ policy }) => `"${policy.name}";q=${policy.quota};w=${windowSeconds}`)
        .join(', '),
      RateLimit: states.map(left).join(', '),
    };
  }
}

function tooMany(unit: RateUnit, over: readonly Counted[], headers: Headers): Problem {
  const seconds = Math.max(1, ...over.map(({ msLeft }) => Math.ceil(msLeft / 1_000)));
  const who = over.map(({ policy }) => (policy.name.startsWith('key') ? 'key' : 'workspace')).join(' and ');
  return new Problem(
    429,
    'rate-limited',
    `The ${who} has sent as many ${unit} as it may for now. Nothing of this request was taken; send it again in ${seconds} s.`,
    { headers: { ...headers, 'Retry-After': String(seconds) } },
  );
}
