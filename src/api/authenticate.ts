import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../domain/ids';
import type { KeyDoc } from '../store/documents';
import type { KeyRepository } from '../store/keys';
import { isKeyText, sha256Of } from '../store/key-text';
import type { SourcePolicies } from '../store/source-policies';
import type { FailedKeys } from './limits/failed-keys';
import { forbidden, Problem, unauthenticated } from './problem';
import { hasScope, type Scope } from './scopes';

/** Who is calling: a key, hence one workspace. */
export interface Principal {
  readonly ws: WorkspaceId;
  readonly keyId: string;
  readonly kind: KeyDoc['kind'];
  readonly scopes: readonly string[];
  readonly source: string;
  readonly ratePerSecond?: number;
}

/** A revoked key works no longer than this. */
const cachedMs = 5_000;
const cachedKeys = 10_000;
/** A key that has worked so lately is looked up whatever else comes from its address. */
const wellKnownMs = 3_600_000;

const noKey = 'Send a key: `Authorization: Bearer <key>`, or for ingestion `Basic <key>:` or `writeKey` in the body.';
const badKey = 'The key is unknown, expired or revoked.';

/** Answers who a key belongs to. Looked up by hash, compared in constant time, remembered for up to 5 s. */
export class Authenticator {
  readonly #known = new LRUCache<string, { readonly key: KeyDoc | 'unknown' }>({ max: cachedKeys, ttl: cachedMs });
  readonly #wellKnown = new LRUCache<string, true>({ max: cachedKeys, ttl: wellKnownMs });

  constructor(
    readonly keys: KeyRepository,
    readonly clock: () => number,
    readonly failed: FailedKeys,
    readonly policies: Pick<SourcePolicies, 'of'>,
  ) {}

  /** For management routes. `address` is the sender's. Throws 401, 403, and 429 after too many of them. */
  async admit(authorization: string | undefined, scope: Scope, address: string): Promise<Principal> {
    const principal = await this.#principalOf(bearer(authorization), address);
    demandScope({ scopes: scopesOf(principal) }, scope);
    return principal;
  }

  /** For ingestion: a write key, or any key that may write events, of a source that is enabled. Throws as `admit`. */
  async admitSource(key: string, address: string): Promise<Principal> {
    const principal = await this.#principalOf(key, address);
    if (principal.kind === 'management' && !hasScope(principal.scopes, 'events:write')) {
      throw forbidden('This key lacks the scope events:write.');
    }
    return this.#ofEnabledSource(principal);
  }

  /** For whoever asks about a visitor: a public key, of a source that is enabled, or a key that may read profiles. Throws as `admit`. */
  async admitSurface(key: string, address: string): Promise<Principal> {
    const principal = await this.#principalOf(key, address);
    if (principal.kind === 'public') return this.#ofEnabledSource(principal);
    demandScope({ scopes: scopesOf(principal) }, 'profiles:read');
    return principal;
  }

  /** For what makes workspaces. Throws as `admit`. */
  async admitRoot(authorization: string | undefined, rootKey: string | undefined, address: string): Promise<void> {
    if (rootKey === undefined)
      throw forbidden('This installation has no root key; set HEDDLE_ROOT_KEY to create workspaces.');
    await this.failed.demandPatience(address);
    const hashOf = (text: string) => createHash('sha256').update(text).digest();
    const given = bearer(authorization);
    if (given === undefined || !timingSafeEqual(hashOf(given), hashOf(rootKey)))
      throw await this.#failure(address, 'Send the root key as bearer.');
  }

  async #ofEnabledSource(principal: Principal): Promise<Principal> {
    const { isDisabled } = await this.policies.of(principal.ws, principal.source);
    if (isDisabled) throw sourceDisabled(principal.source);
    return principal;
  }

  async #principalOf(text: string | undefined, address: string): Promise<Principal> {
    if (text === undefined || text === '') throw unauthenticated(noKey);
    const key = isKeyText(text) ? await this.#find(text, address) : undefined;
    if (!key || !isLive(key, this.clock())) {
      await this.failed.demandPatience(address);
      throw await this.#failure(address, badKey);
    }
    const { ws, id: keyId, kind, scopes, source, ratePerSecond } = key;
    return { ws, keyId, kind, scopes, source, ...(ratePerSecond !== undefined && { ratePerSecond }) };
  }

  /** Throws 429 before it asks the store for an address that has tried too many keys. */
  async #find(text: string, address: string): Promise<KeyDoc | undefined> {
    const sha256 = sha256Of(text);
    if (!this.#wellKnown.has(sha256)) await this.failed.demandPatience(address);
    const key = await this.#look(sha256);
    if (key === 'unknown' || !isSameHash(key.sha256, sha256)) return undefined;
    this.#wellKnown.set(sha256, true);
    return key;
  }

  async #failure(address: string, detail: string): Promise<Problem> {
    await this.failed.count(address);
    return unauthenticated(detail);
  }

  async #look(sha256: string): Promise<KeyDoc | 'unknown'> {
    const known = this.#known.get(sha256);
    if (known) return known.key;
    const key = (await this.keys.byHash(sha256)) ?? 'unknown';
    this.#known.set(sha256, { key });
    return key;
  }
}

/** Clients drop what is answered 403 and do not send it again, as they should for a source that was switched off. */
const sourceDisabled = (source: string): Problem =>
  new Problem(403, 'source-disabled', `The source "${source}" is disabled: nothing is taken from it.`);

/** Throws 403. Routes call it for what asks more than the route's own scope. */
export function demandScope({ scopes }: Pick<Principal, 'scopes'>, scope: Scope): void {
  if (!hasScope(scopes, scope)) throw forbidden(`This key lacks the scope ${scope}.`);
}

/** A secret write key may send events through management routes too, and nothing else. */
function scopesOf({ kind, scopes }: Principal): readonly string[] {
  if (kind === 'management') return scopes;
  return kind === 'secret' ? ['events:write'] : [];
}

function isLive({ expiresAt, disabledAt }: KeyDoc, now: number): boolean {
  return disabledAt === undefined && (expiresAt === undefined || expiresAt > now);
}

function isSameHash(stored: string, given: string): boolean {
  const [one, other] = [Buffer.from(stored, 'hex'), Buffer.from(given, 'hex')];
  return one.length === other.length && timingSafeEqual(one, other);
}

function bearer(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** The write key of a header: `Basic base64(key:)`, with or without the colon, or a bearer. `undefined` when there is none. */
export function writeKeyOf(authorization: string | undefined): string | undefined {
  const basic = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return bearer(authorization);
  const [key = ''] = Buffer.from(basic, 'base64').toString('latin1').split(':', 1);
  return key;
}

/** Jitsu's clients want keys of two parts, `name:key`, and send both. */
export const secondPart = (key: string | undefined): string | undefined => /^[\w-]*:(.+)$/.exec(key ?? '')?.[1] ?? key;
