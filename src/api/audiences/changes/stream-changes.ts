import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeCursor } from '../../../domain/audiences/change-cursor';
import { Problem } from '../../problem';
import type { KeyCall } from '../../route';
import { presentCursor } from './change-beginning';
import { bringFeed, nextChanges, type ChangeReader } from './change-pages';
import { presentChanges } from './change-presenter';

/** How often is looked for changes, whether the key may still read, and how long nothing is said at most. */
const [lookMs, checkMs, silenceMs] = [200, 5_000, 15_000];
/** Somebody who takes nothing of what is ready for them for this long is gone. */
const stallMs = 30_000;
const changesAtOnce = 100;

interface Following {
  readonly call: KeyCall;
  readonly from: ChangeCursor;
  readonly include: 'identifiers' | undefined;
}

/** Why a stream ended, for whoever reads it. Where it is the time or the server, connecting again goes on. */
type End = 'time' | 'closing' | 'revoked' | 'deleted' | 'failed';

/**
 * Changes as server-sent events (HTML Living Standard, 9.2), each with its cursor as `id`, until the client leaves, the key or the audience
 * ends, or the process does. The next page is read when the one before has been taken, so that a slow reader costs nothing.
 * Throws 429.
 */
export function streamChanges(following: Following): Readable {
  const { streams, method } = following.call;
  // Somebody who asks for the headers alone takes no lines.
  if (method === 'HEAD') return Readable.from([]);
  const giveBack = streams.take(following.call.ws);
  const gone = new AbortController();
  const stream: Readable = Readable.from(unlessStalled(follow(following, gone.signal), () => stream.destroy()));
  const end = () => gone.abort();
  // As soon as the client has left: the stream closes only when what it is reading has come to an end.
  following.call.whenLeft(end);
  return stream.once('close', end).once('close', giveBack);
}

async function* unlessStalled(lines: AsyncGenerator<string>, giveUp: () => void): AsyncGenerator<string> {
  for await (const text of lines) {
    const timer = setTimeout(giveUp, stallMs);
    try {
      yield text;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function* follow(following: Following, gone: AbortSignal): AsyncGenerator<string, void, undefined> {
  const { closing } = following.call.deps;
  const signal = closing ? AbortSignal.any([closing, gone]) : gone;
  const progress = new Progress(following);
  yield `retry: 2000\n${progress.place()}`;
  while (!gone.aborted) {
    const end = await progress.end();
    if (end) return yield `event: end\ndata: ${JSON.stringify({ reason: end })}\n\n`;
    const text = await progress.take();
    if (text !== '') yield text;
    else await delay(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

/** How far one stream is, and whether it goes on. */
class Progress {
  readonly #of: Following;
  readonly #reader: ChangeReader;
  readonly #endsAt: number;
  #cursor: ChangeCursor;
  #spokeAt = performance.now();
  #checkedAt = performance.now();
  #hasFailed = false;

  constructor(of: Following) {
    const { streams, deps, ws } = of.call;
    this.#of = of;
    this.#cursor = of.from;
    this.#endsAt = performance.now() + streams.limits.seconds * 1_000;
    const { store } = deps;
    const bring: ChangeReader['bring'] = (feed, wanted) => streams.share(feed, () => bringFeed(store, feed, wanted));
    this.#reader = { store, ws, bring };
  }

  /** Where somebody who connects again goes on; not an event by itself. */
  place(): string {
    return `id: ${presentCursor(this.#cursor)}\n\n`;
  }

  async end(): Promise<End | undefined> {
    const now = performance.now();
    if (this.#hasFailed) return 'failed';
    if (this.#of.call.deps.closing?.aborted === true) return 'closing';
    if (now > this.#endsAt) return 'time';
    if (now - this.#checkedAt < checkMs) return undefined;
    this.#checkedAt = now;
    return this.#try(() => endOf(this.#of.call, this.#cursor.audience), 'failed');
  }

  /** What is to be said now; nothing, mostly. */
  async take(): Promise<string> {
    const text = await this.#try(() => this.#read(), '');
    const isSilent = performance.now() - this.#spokeAt > silenceMs;
    if (text === '' && !isSilent) return '';
    this.#spokeAt = performance.now();
    return `${text}${this.place()}`;
  }

  async #read(): Promise<string> {
    const { call, include } = this.#of;
    const { changes, next } = await nextChanges(this.#reader, this.#cursor, changesAtOnce);
    const told = await presentChanges(call, changes, include);
    this.#cursor = next;
    return told.map((one) => `id: ${one.id}\nevent: change\ndata: ${JSON.stringify(one)}\n\n`).join('');
  }

  /** The answer has begun, so that there is no status left to say it by. */
  async #try<Found>(ask: () => Promise<Found>, otherwise: Found): Promise<Found> {
    try {
      return await ask();
    } catch (error) {
      this.#hasFailed = true;
      const code = error instanceof Error ? error.name : 'unknown';
      this.#of.call.deps.log.warn(
        { ws: this.#of.call.ws, code },
        'a stream of changes ended; its client connects again',
      );
      return otherwise;
    }
  }
}

/** Whether the key may no longer read, or there is nothing to read any more. */
async function endOf({ admitAgain, deps, ws }: KeyCall, audience: string): Promise<End | undefined> {
  try {
    await admitAgain();
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) return 'revoked';
    throw error;
  }
  return (await deps.store.audiences.find(ws, audience)) ? undefined : 'deleted';
}
