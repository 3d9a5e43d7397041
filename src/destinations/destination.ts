import type { z } from 'zod';
import type { ItemResult } from '../domain/delivery/item-result';
import type { Operation, Send } from '../domain/delivery/operation';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact text that goes over the wire, and that a signature covers. Empty for none. */
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request with the items it carries, as positions in what was planned. */
export interface PlannedRequest {
  readonly request: HttpRequest;
  readonly items: readonly number[];
}

/** What can be sent, and what no request can carry, decided before anything leaves. */
export interface Plan {
  /** In the order in which they go out: the next one only after the one before has been answered. */
  readonly requests: readonly PlannedRequest[];
  readonly refused: readonly ItemResult[];
}

/** The connected tool: parsed settings and secrets, and the present instant in epoch milliseconds. */
export interface Context<Settings = unknown, Secrets = unknown> {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly now: number;
}

/** One audience at one destination. */
export interface AudienceTarget {
  readonly key: string;
  /** The vendor's id of its audience. */
  readonly externalId?: string;
}

export interface AudienceContext<Settings = unknown, Secrets = unknown> extends Context<Settings, Secrets> {
  readonly audience: AudienceTarget;
}

/** Something a journey's `send` step may ask for. */
export interface Action {
  readonly description: string;
  /** By what it reaches people, where that is another channel than the destination's. */
  readonly channel?: string;
}

/** An audience to be made at the vendor. */
export interface NewAudience {
  readonly name: string;
  /** Names it for us: it is written where the vendor gives it back, so that one whose creation was never answered is found. */
  readonly mark: string;
}

export interface Failed {
  readonly failed: Pick<ItemResult, 'kind' | 'code' | 'message' | 'retryAfterMs'>;
}
export type Created = { readonly externalId: string } | Failed;
/** One page of the vendor's audiences: the marked one, or where the next page begins, if there is one. */
export type Found = { readonly externalId: string } | { readonly next: string | undefined } | Failed;

/** How an audience is made at the vendor, and how one that bears the mark is found there: that comes first. */
export interface AudienceMaker<Settings = unknown, Secrets = unknown> {
  plan(context: Context<Settings, Secrets>, audience: NewAudience): HttpRequest;
  interpret(response: HttpResponse, now: number): Created;
  /** Asks for one page; `after` is the `next` of the page before. */
  planFind(context: Context<Settings, Secrets>, audience: NewAudience, after?: string): HttpRequest;
  interpretFound(response: HttpResponse, audience: NewAudience, now: number): Found;
}

export interface Capabilities {
  /** `key`: the vendor drops a repeated idempotency key · `set`: repeating changes nothing · `none`: a repeat is a second message. */
  readonly dedup: 'key' | 'set' | 'none';
  /** What one membership is at the vendor: a profile, or each identifier by itself. */
  readonly members: 'profile' | 'identifier';
}

/**
 * A connected tool as data and pure functions: nothing here performs a request, reads a clock or rolls dice, so every rule
 * of a vendor can be tested by calling it. One `send` does the rest for all of them.
 */
export interface Destination<Settings = unknown, Secrets = unknown> {
  readonly type: string;
  readonly name: string;
  readonly settings: z.ZodType<Settings>;
  readonly secrets: z.ZodType<Secrets>;
  /** Identifier types it takes. */
  readonly identifiers: readonly string[];
  /** Whether it takes the types of a workspace's own, too, where they are asked for. */
  readonly takesOwnTypes?: true;
  readonly capabilities: Capabilities;
  /**
   * By what it reaches people, such as `ads` or `email`: suppressions of that channel hold of its audiences and of its actions. Without
   * one, or where it answers `undefined`, only suppressions of another scope do.
   */
  channelOf?(settings: Settings): string | undefined;
  /** Journeys may send to it. */
  readonly actions: Readonly<Record<string, Action>>;
  planSend?(send: Send, context: Context<Settings, Secrets>): Plan;
  /** Audiences may be attached to it. Removals and additions never share a request, and removals go first. */
  planMembers?(operations: readonly Operation[], context: AudienceContext<Settings, Secrets>): Plan;
  /** One result for every item of the request, in its order. `now` turns the vendor's dates into pauses. */
  interpret(response: HttpResponse, planned: PlannedRequest, now: number): ItemResult[];
  /** Heddle can create the audience at the vendor. */
  readonly createAudience?: AudienceMaker<Settings, Secrets>;
  /** The origin to which requests carry secrets, where settings choose it. With another one, secrets are asked for again. */
  secretsGoTo?(settings: Settings): string;
  /** A harmless request that shows whether settings and secrets work; answered by `interpret` with one item, index 0. */
  test(context: Context<Settings, Secrets>): PlannedRequest;
}

/** Checks the types of one destination against each other, and forgets them for the registry. */
export function defineDestination<Settings, Secrets>(destination: Destination<Settings, Secrets>): Destination {
  return destination;
}
