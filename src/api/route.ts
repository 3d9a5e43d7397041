import type { z } from 'zod';
import type { WorkspaceId } from '../domain/ids';
import type { Principal } from './authenticate';
import type { ChangeStreams } from './audiences/changes/change-streams';
import type { ApiDeps } from './deps';
import type { Exposures } from './decide/exposures';
import type { EventWriter } from './ingest/event-writer';
import type { Picture } from './ingest/pixel';
import type { Rates } from './limits/rates';
import type { ApiMetrics } from './metrics';
import type { Scope } from './scopes';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type Responses = Readonly<Record<number, z.ZodType>>;
export type Frozen<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** An answer: one of the declared statuses with a body of its schema. */
export type Reply<R extends Responses> = {
  [Status in keyof R & number]: {
    readonly status: Status;
    readonly body: Frozen<z.input<R[Status]>>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof R & number];

/** A request after the framework has read, checked and typed it. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly deps: ApiDeps;
  readonly metrics: ApiMetrics;
  /** The way of events into the store. */
  readonly events: EventWriter;
  /** Of who is known only when the handler has looked; keys are counted before. */
  readonly rates: Pick<Rates, 'take'>;
  readonly streams: ChangeStreams;
  /** What surfaces were told of journeys. */
  readonly exposures: Exposures;
  /** Throws where the key would not be let in now: an answer that goes on for long asks now and then. */
  readonly admitAgain: () => Promise<void>;
  /** Calls back when the answer is over, or nobody is there to take it. */
  readonly whenLeft: (then: () => void) => void;
  /** To be awaited between the slices of what takes long. */
  readonly giveWay: () => Promise<void>;
  /** When the request arrived, epoch milliseconds. */
  readonly now: number;
  readonly method: string;
  /** Path with query as received: what `Link` headers build on. */
  readonly url: string;
  header(name: string): string | undefined;
  /** As received, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A call with a key: everything it may see is in the key's workspace. */
export interface KeyCall<Params = unknown, Query = unknown, Body = unknown> extends Call<Params, Query, Body> {
  readonly principal: Principal;
  readonly ws: WorkspaceId;
}

interface Spec<P, Q, B, R extends Responses> {
  readonly method: Method;
  /** As OpenAPI writes it: `/v1/audiences/{key}`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Of a POST: doing it twice is the same as once, so that it takes no `Idempotency-Key`. */
  readonly isIdempotent?: boolean;
  /** The successes. Problems are every route's and need no mention. */
  readonly responses: R;
  /** Where else in the address the sender may name its write key than in a header or the body. */
  readonly writeKeyIn?: (url: string) => string | undefined;
  /** Sent instead of a problem document, with the problem's status, to whoever could not read one. */
  readonly problemBody?: Picture;
  /** Which sites may read what a public key is answered: any, unless the handler names one in its headers. */
  readonly readers?: 'named';
}

/** Behind a management key with `scope`; with a write key (`ingest`); with a public key, or a management key that may read profiles (`surface`); with a tool's signature (`webhook`); with the root key; or for everybody. */
export type Access = { readonly scope: Scope } | { readonly door: 'ingest' | 'surface' | 'webhook' | 'root' | 'open' };

export const isIngestion = ({ access }: Route): boolean => 'door' in access && access.door === 'ingest';
/** Asked by pages and servers for each visitor, who wait for the answer. */
export const isSurface = ({ access }: Pick<Route, 'access'>): boolean => 'door' in access && access.door === 'surface';

/** A route as the framework mounts, documents and tests it. */
export interface Route extends Spec<
  z.ZodObject | undefined,
  z.ZodObject | undefined,
  z.ZodType | undefined,
  Responses
> {
  readonly access: Access;
  run(call: Call | KeyCall): Promise<Reply<Responses>>;
}

type Handle<C, R extends Responses> = (call: C) => Promise<Reply<R>>;

/** A route of the management door, that of ingestion or of surfaces: its handler gets the workspace of the key, and can ask for no other. */
export function defineRoute<
  const R extends Responses,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  spec: Spec<P, Q, B, R> &
    ({ readonly scope: Scope } | { readonly door: 'ingest' | 'surface' }) & {
      readonly handle: Handle<KeyCall<OutputOf<P>, OutputOf<Q>, OutputOf<B>>, NoInfer<R>>;
    },
): Route {
  const access = 'scope' in spec ? { scope: spec.scope } : { door: spec.door };
  return toRoute(spec, access, spec.handle as Handle<never, R>);
}

/** A route without a key of a workspace: open to everybody, behind the root key, or for tools that sign the bytes they send. */
export function defineOpenRoute<
  const R extends Responses,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  spec: Spec<P, Q, B, R> & {
    readonly door: 'open' | 'root' | 'webhook';
    readonly handle: Handle<Call<OutputOf<P>, OutputOf<Q>, OutputOf<B>>, NoInfer<R>>;
  },
): Route {
  return toRoute(spec, { door: spec.door }, spec.handle as Handle<never, R>);
}

// The one cast: what was parsed by a route's schemas is what its handler declared.
function toRoute<R extends Responses>(
  spec: Spec<z.ZodObject | undefined, z.ZodObject | undefined, z.ZodType | undefined, R>,
  access: Access,
  handle: Handle<never, R>,
): Route {
  const { method, path, summary, params, query, body, responses } = spec;
  // Events have a `messageId`.
  const isIdempotent = spec.isIdempotent ?? ('door' in access && access.door === 'ingest');
  const { writeKeyIn, problemBody, readers } = spec;
  const run = handle as unknown as Route['run'];
  const optional = {
    ...(writeKeyIn && { writeKeyIn }),
    ...(problemBody && { problemBody }),
    ...(readers && { readers }),
  };
  return { method, path, summary, params, query, body, isIdempotent, responses, access, run, ...optional };
}
