import ipaddr from 'ipaddr.js';

/** Why a request may not leave. The message names what the deployment can do. */
export interface Refusal {
  readonly code: 'bad-url' | 'bad-scheme' | 'credentials-in-url' | 'private-address' | 'port';
  readonly message: string;
}

const publicPorts: readonly number[] = [80, 443, 8443];
const publicV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Who may be reached besides the public internet: `host` or `address` (any port), `host:port`, `host:*`, `[v6]:port`, or a CIDR
 * block. Hosts compare whole; there are no wildcards within them.
 */
export class TargetGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** Of hosts that are not allowed by name, only ports that `isPort` holds of are reached. */
  constructor(
    allowedTargets: readonly string[],
    readonly isPort: (port: number) => boolean = (port) => publicPorts.includes(port),
  ) {
    const isNetwork = (target: string): boolean => ipaddr.isValidCIDR(target);
    this.#networks = allowedTargets.filter(isNetwork).map((target) => ipaddr.parseCIDR(target));
    this.#hosts = new Set(allowedTargets.filter((target) => !isNetwork(target)).map(canonicalTarget));
  }

  /** Before anything is resolved. Literal addresses are judged here, because nobody looks those up. */
  checkUrl(text: string): Refusal | undefined {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url) return refusal('bad-url', 'The URL cannot be read; write it as https://host/path.');
    return checkForm(url) ?? this.checkHost(url.hostname, portOf(url));
  }

  /** As `checkUrl`, for what has no URL. */
  checkHost(hostname: string, port: number): Refusal | undefined {
    if (this.#isNamed(hostname, port)) return undefined;
    const literal = parseAddress(hostname);
    if (literal) return this.#isAllowedNetwork(literal) ? undefined : (checkAddress(literal) ?? this.#checkPort(port));
    // A network may be allowed by its block alone, which is known only once the name is resolved.
    return this.#networks.length > 0 ? undefined : this.#checkPort(port);
  }

  /** Each address that a name resolved to, at the moment of connecting: a name may answer differently every time. */
  checkResolved(hostname: string, port: number, address: string): Refusal | undefined {
    if (this.#isNamed(hostname, port) || this.#isNamed(address, port)) return undefined;
    const parsed = parseAddress(address);
    if (!parsed) return refusal('private-address', 'The name resolves to something that is no address.');
    return this.#isAllowedNetwork(parsed) ? undefined : (checkAddress(parsed) ?? this.#checkPort(port));
  }

  #isNamed(hostname: string, port: number): boolean {
    const host = canonicalHost(hostname);
    return [host, `${host}:*`, `${host}:${port}`].some((target) => this.#hosts.has(target));
  }

  #checkPort(port: number): Refusal | undefined {
    return this.isPort(port) ? undefined : refusedPort(port);
  }

  #isAllowedNetwork(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.#networks.some((network) => address.kind() === network[0].kind() && address.match(network));
  }
}

function checkForm(url: URL): Refusal | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refusal('bad-scheme', 'The URL must begin with https:// or http://.');
  }
  if (url.username !== '' || url.password !== '') {
    return refusal('credentials-in-url', 'The URL holds credentials; put them into the secrets instead.');
  }
  return undefined;
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

function checkAddress(address: ipaddr.IPv4 | ipaddr.IPv6): Refusal | undefined {
  // `unicast` leaves out every reserved range that ipaddr.js knows: private, loopback, link-local, shared, documentation,
  // benchmarks, multicast, NAT64, 6to4, Teredo. Of IPv6 only 2000::/3 is given out to anybody.
  const isPublic = address.range() === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(publicV6));
  if (isPublic) return undefined;
  return refusal(
    'private-address',
    'The target is inside a private network; name it in HEDDLE_ALLOWED_TARGETS if destinations may send there.',
  );
}

function refusedPort(port: number): Refusal {
  return refusal(
    'port',
    `Port ${port} is not one of ${publicPorts.join(', ')}; name host:port in HEDDLE_ALLOWED_TARGETS if destinations may send there.`,
  );
}

/** IPv4 written inside IPv6 counts as IPv4. */
function parseAddress(hostname: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

function canonicalHost(hostname: string): string {
  const address = parseAddress(hostname);
  return address ? address.toString() : hostname.toLowerCase().replace(/\.$/, '');
}

function canonicalTarget(target: string): string {
  const [, host = target, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5}|\*)$/.exec(target) ?? [];
  return port === undefined ? canonicalHost(host) : `${canonicalHost(host)}:${port}`;
}

const refusal = (code: Refusal['code'], message: string): Refusal => ({ code, message });
