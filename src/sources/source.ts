import type { z } from 'zod';
import type { WorkspaceId } from '../domain/ids';
import type { Json, JsonObject } from '../domain/json';

/** The connected system: parsed settings and secrets, and the present instant in epoch milliseconds. */
export interface SourceContext<Settings = unknown, Secrets = unknown> {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly now: number;
}

/** A request that a tool sent to its source's own address. */
export interface InboundRequest {
  readonly method: string;
  /** Path and query as received: some signatures cover them. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes: a signature covers them. */
  readonly body: Buffer;
}

/** An event as the door takes it from any sender; it is checked there like all others. */
export type RawEvent = JsonObject;

/** An event that is made when the door comes to it, so that others are served between the events of a large body. */
export type MakeEvent = () => RawEvent;

/** What a receiver makes of a request. */
export type Received =
  /** Not from who it should be, not readable, or too much. 401 for a signature, 413 for too many events, 400 for the rest. */
  | { readonly verdict: 'refused'; readonly status: 400 | 401 | 413; readonly code: string; readonly message: string }
  | { readonly verdict: 'accepted'; readonly events: readonly MakeEvent[] };

export interface ReceiveContext<Settings = unknown, Secrets = unknown> extends SourceContext<Settings, Secrets> {
  /** At most so many events of one body. */
  readonly mostEvents: number;
}

/** Takes requests that a tool sends: pure, so that every rule of a vendor can be tested by calling it. */
export interface Receiver<Settings = unknown, Secrets = unknown> {
  receive(request: InboundRequest, context: ReceiveContext<Settings, Secrets>): Received;
}

/** Where a pull has come to; its source knows the shape. Absent before the first page. */
export type PullCursor = Json;

/** One row as read, before the mapping. */
export interface PulledRow {
  readonly row: JsonObject;
  /** Tells it from another row that says the same: its file and line. */
  readonly name?: string;
}

/** What the source has where a row should be: a line that is no JSON. Never quotes values, except as `text`, for the dead letter. */
export interface UnreadableRow {
  readonly code: string;
  readonly message: string;
  readonly name: string;
  readonly text?: string;
}

export interface PulledPage {
  readonly rows: readonly PulledRow[];
  readonly unreadable?: readonly UnreadableRow[];
  /** Where the next page begins; after the last one, where the next run begins. */
  readonly cursor: PullCursor;
  /**
   * Of a source that is read from its beginning each time: which reading this is. Facts of another reading are said anew, as a row may
   * have gone back to what it said before; things that happened count once all the same.
   */
  readonly reading?: string;
}

export interface PullContext<Settings = unknown, Secrets = unknown> extends SourceContext<Settings, Secrets> {
  /** Whose source it is. */
  readonly ws: WorkspaceId;
  readonly cursor: PullCursor | undefined;
  /** How far before the cursor to begin, where it is a time: what is committed late is found. 0 when a run goes on. */
  readonly overlapMs: number;
  /** At most so many rows on a page. */
  readonly pageRows: number;
  readonly signal: AbortSignal;
}

/**
 * Reads a system of record from `cursor` to its end, page by page, and closes what it has opened when the reader stops. What is passing
 * throws `SourceBusy` or anything else; what needs a person throws `SourceRefused`.
 */
export interface Puller<Settings = unknown, Secrets = unknown> {
  pull(context: PullContext<Settings, Secrets>): AsyncIterable<PulledPage>;
}

/** The system refuses for a reason that trying again does not mend: a wrong password, a table that is not there. Never quotes values. */
export class SourceRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'SourceRefused';
  }
}

/** The system does not answer now, and may later. */
export class SourceBusy extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** How long it asks to be left alone. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'SourceBusy';
  }
}

/** A kind of system that data comes from, as data and pure functions. */
export interface SourceKind<Settings = unknown, Secrets = unknown> {
  readonly type: string;
  readonly name: string;
  readonly settings: z.ZodType<Settings>;
  readonly secrets: z.ZodType<Secrets>;
  readonly receiver?: Receiver<Settings, Secrets>;
  /** Asked by schedule; `pullers.ts`, which only workers load, has its `Puller`. */
  readonly isPulled?: true;
  /** The cursor that begins at `from`, as a person writes it; `undefined` when it is none. Absent where a source has no order. */
  cursorFrom?(settings: Settings, from: string): PullCursor | undefined;
  /** The origin to which requests carry secrets, where settings choose it. With another one, secrets are asked for again. */
  secretsGoTo?(settings: Settings): string;
}

/** Checks the types of one kind against each other, and forgets them for the registry. */
export function defineSource<Settings, Secrets>(kind: SourceKind<Settings, Secrets>): SourceKind {
  return kind;
}
