import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent, buildConnector } from 'undici';
import { SendError } from './send-error';
import type { Refusal, TargetGuard } from './target-guard';

type LookupCallback = (error: Error | null, addresses: readonly LookupAddress[]) => void;
/** Resolves a name to all its addresses. */
export type Resolve = (hostname: string, callback: LookupCallback) => void;

/** At which ports a name is asked. */
export type PortsOf = (hostname: string) => readonly [number, ...number[]];

export const resolveBySystem: Resolve = (hostname, callback) => systemLookup(hostname, { all: true }, callback);

/** Connects to what the guard lets through, each time anew. */
export function guardedAgent(guard: TargetGuard, resolve: Resolve): Agent {
  return new Agent({
    keepAliveTimeout: 4_000,
    connect: (options, callback) => {
      const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
      buildConnector({ timeout: 10_000, lookup: guardedLookup(guard, resolve, () => [port]) })(options, callback);
    },
  });
}

/**
 * Refuses a name when any of its addresses is private, at any of the ports that it is asked at: the one connected to must not depend on
 * luck.
 */
export function guardedLookup(guard: TargetGuard, resolve: Resolve, portsOf: PortsOf) {
  return (
    hostname: string,
    options: LookupOptions,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void =>
    resolve(hostname, (error, addresses) => {
      const refusal = addresses
        ?.flatMap(({ address }) => portsOf(hostname).map((port) => guard.checkResolved(hostname, port, address)))
        .find(Boolean);
      const first = addresses?.[0];
      if (error || refusal || !first) return callback(error ?? (refusal ? blocked(refusal) : noAddress(hostname)), '');
      if (options.all === true) return callback(null, [...addresses]);
      callback(null, first.address, first.family);
    });
}

export const blocked = ({ code, message }: Refusal): SendError => new SendError('blocked', code, message, false);
const noAddress = (hostname: string): Error =>
  Object.assign(new Error(`${hostname} has no address.`), { code: 'ENOTFOUND' });
