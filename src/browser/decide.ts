import { show } from './elements';

/** What a page may know of its visitor. */
export interface Decision {
  readonly audiences: readonly string[];
}

export const nobody: Decision = { audiences: [] };
/** A page does not wait longer for an answer than this: it is nobody's until then. */
export const decideWithinMs = 1_000;
/** For how long the pages that follow do not ask again. */
const keptMs = 60_000;
const shelf = 'heddle_audiences';

/** Asks the server about this browser: once for a page, unless the page says that it wants to know again. */
export class Decider {
  readonly #url: string;
  #asked: { readonly id: string; readonly answer: Promise<Decision> } | undefined;

  /** `url` lacks the id at its end. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects where there is no answer; whoever asks then asks again. */
  of(id: string, isFresh: boolean): Promise<Decision> {
    if (isFresh) this.forget();
    if (this.#asked?.id !== id) {
      const known = read(id, this.#url);
      this.#asked = { id, answer: known ? Promise.resolve(known) : this.#ask(id) };
    }
    return this.#asked.answer;
  }

  /** Of somebody else, or somebody who has become another, nothing is known yet. */
  forget(): void {
    this.#asked = undefined;
    remember(undefined);
  }

  async #ask(id: string): Promise<Decision> {
    try {
      const response = await fetch(this.#url + encodeURIComponent(id), { credentials: 'omit' });
      if (!response.ok) throw new Error(String(response.status));
      const { audiences } = (await response.json()) as Decision;
      // Somebody may have logged out meanwhile: then this is not about whoever is there now.
      if (this.#asked?.id === id) remember({ id, audiences, at: Date.now(), url: this.#url });
      return { audiences };
    } catch (error) {
      if (this.#asked?.id === id) this.#asked = undefined;
      throw error;
    }
  }
}

/** Calls back with what `answer` is, and with nobody where it fails or takes too long; elements follow. */
export function settle(answer: Promise<Decision>, done: (decision: Decision) => void): void {
  let isSettled = false;
  const end = (decision: Decision): void => {
    if (isSettled) return;
    isSettled = true;
    show(decision.audiences);
    done(decision);
  };
  setTimeout(end, decideWithinMs, nobody);
  answer.then(end, () => end(nobody));
}

interface Kept extends Decision {
  readonly id: string;
  readonly at: number;
  readonly url: string;
}

function read(id: string, url: string): Decision | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(shelf) ?? '') as Kept;
    const ageMs = Date.now() - kept.at;
    const isOfNow = kept.id === id && kept.url === url && ageMs >= 0 && ageMs < keptMs;
    return isOfNow && Array.isArray(kept.audiences) ? { audiences: kept.audiences } : undefined;
  } catch {
    return undefined;
  }
}

function remember(kept: Kept | undefined): void {
  try {
    if (kept) sessionStorage.setItem(shelf, JSON.stringify(kept));
    else sessionStorage.removeItem(shelf);
  } catch {
    // Where a browser keeps nothing, each page asks.
  }
}
