import { keep, kept, keptNames } from './keep';
import { makeId, type Message } from './message';

/** What browsers send for a page that is gone: 64 kB in all (Fetch standard, keepalive), with room for what goes around. */
const mostBytes = 60_000;
const mostInBatch = 50;
/** Beyond this the oldest go: a browser that is off line for a week must not fill the site's storage. */
const mostKept = 500;
const flushAfterMs = 500;
const flushAt = 20;
const longestWaitMs = 60_000;
const longestAskedMs = 300_000;

interface Door {
  readonly url: string;
  readonly writeKey: string;
}

/** Events on their way: kept in the browser until the server has said that it has them. */
export class Outbox {
  readonly #door: Door;
  readonly #shelf: string;
  #events: Message[] = [];
  #inFlight: readonly Message[] = [];
  #timer: number | undefined;
  #failures = 0;
  /** The server or a back-off asks for silence until then. */
  #silentUntil = 0;
  #isGone = false;
  #isKept = true;

  constructor(door: Door) {
    this.#door = door;
    const prefix = shelvesOf(door.writeKey);
    // A shelf for each tab: two that share one would lose each other's. What is sent twice counts once.
    this.#shelf = prefix + makeId();
    for (const name of keptNames(prefix)) {
      this.#events.push(...readShelf(name));
      keep(name, undefined);
    }
    addEventListener('pagehide', () => this.#leave());
    addEventListener('pageshow', () => void ((this.#isGone = false), this.flush()));
    addEventListener('online', () => void ((this.#silentUntil = 0), this.flush()));
    document.addEventListener('visibilitychange', () => void (document.visibilityState === 'hidden' && this.flush()));
    if (this.#events.length > 0) this.#save();
    this.flush();
  }

  add(message: Message): void {
    this.#events.push(message);
    this.#events = this.#events.slice(-mostKept);
    this.#save();
    if (this.#events.length >= flushAt) this.flush();
    else this.#wake(flushAfterMs);
  }

  /** Forgets what has not left. What is added from here on is tried for as long as the page is there, and not kept. */
  end(): void {
    this.#events = [];
    this.#save();
    this.#isKept = false;
  }

  flush(): void {
    if (this.#isGone || this.#inFlight.length > 0 || this.#events.length === 0) return;
    const silence = this.#silentUntil - Date.now();
    if (silence > 0) return this.#wake(silence);
    this.#inFlight = firstBatch(this.#events);
    const body = this.#bodyOf(this.#inFlight);
    // Text, and the key in the body: a browser asks nobody before it sends that.
    const init = { method: 'POST', body, credentials: 'omit', keepalive: body.length < mostBytes } as const;
    fetch(`${this.#door.url}/v1/batch`, init).then(
      ({ status, headers }) => this.#answered(status, headers.get('Retry-After')),
      () => this.#answered(0, null),
    );
  }

  #answered(status: number, retryAfter: string | null): void {
    const sent = this.#inFlight;
    this.#inFlight = [];
    if (status === 0 || status === 408 || status === 429 || status >= 500) {
      this.#failures += 1;
      this.#silentUntil = Date.now() + delayMs(retryAfter, this.#failures);
    } else {
      if (status >= 400)
        console.warn(`heddle: the server refused events (${status}); see its dead letters and the write key.`);
      this.#failures = 0;
      this.#events = this.#events.filter((event) => !sent.includes(event));
      this.#save();
    }
    this.flush();
  }

  /** The last chance of a page. What is in flight goes on by itself, and what is to wait waits for the next page. */
  #leave(): void {
    this.#isGone = true;
    if (this.#silentUntil > Date.now()) return;
    let rest = this.#events.filter((event) => !this.#inFlight.includes(event));
    while (rest.length > 0) {
      const batch = firstBatch(rest);
      navigator.sendBeacon(`${this.#door.url}/v1/beacon`, this.#bodyOf(batch));
      rest = rest.slice(batch.length);
    }
  }

  #bodyOf(batch: readonly Message[]): string {
    return JSON.stringify({ writeKey: this.#door.writeKey, sentAt: new Date().toISOString(), batch });
  }

  #wake(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.flush(), afterMs);
  }

  #save(): void {
    if (this.#isKept) keep(this.#shelf, this.#events.length > 0 ? JSON.stringify(this.#events) : undefined);
  }
}

const shelvesOf = (writeKey: string): string => `heddle.out.${writeKey}.`;

/** Removes the events of earlier pages that have not left. */
export function emptyShelves(writeKey: string): void {
  for (const name of keptNames(shelvesOf(writeKey))) keep(name, undefined);
}

function readShelf(name: string): readonly Message[] {
  try {
    return JSON.parse(kept(name) ?? '') as readonly Message[];
  } catch {
    return [];
  }
}

/** As many as fit; one that is too large goes alone, for the server to judge. */
function firstBatch(events: readonly Message[]): readonly Message[] {
  let bytes = 0;
  const encoder = new TextEncoder();
  const fits = (event: Message, at: number) =>
    (bytes += encoder.encode(JSON.stringify(event)).length + 1) < mostBytes || at === 0;
  const end = events.slice(0, mostInBatch).findIndex((event, at) => !fits(event, at));
  return events.slice(0, end === -1 ? mostInBatch : end);
}

/** What the server asks for in seconds; otherwise a random part of an interval that doubles from a second. */
function delayMs(retryAfter: string | null, failures: number): number {
  if (/^\d+$/.test(retryAfter ?? '')) return Math.min(Number(retryAfter) * 1_000, longestAskedMs);
  return Math.min(500 * 2 ** failures, longestWaitMs) * (0.5 + Math.random() / 2);
}
