import { show } from './elements';
import { fill, mostAsked, type Slots } from './slots';

/** What a page may know of its visitor. */
export interface Decision {
  readonly audiences: readonly string[];
  /** Of those that were asked for, and of the page's elements: what is shown. */
  readonly slots: Slots;
}

export const nobody: Decision = { audiences: [], slots: {} };
/** A page does not wait longer for an answer than this: it is nobody's until then. */
export const decideWithinMs = 1_000;
/** For how long the pages that follow do not ask again. */
const keptMs = 60_000;
const shelf = 'heddle_audiences';

/** A question that was asked, of whom and for which slots. */
interface Asked {
  readonly id: string;
  readonly slots: readonly string[];
}

/** Asks the server about this browser: once for a page, unless the page has other slots or says that it wants to know again. */
export class Decider {
  readonly #url: string;
  #asked: (Asked & { readonly answer: Promise<Decision> }) | undefined;

  /** `url` lacks the id at its end. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects where there is no answer; whoever asks then asks again. */
  of(id: string, slots: readonly string[], isFresh: boolean): Promise<Decision> {
    if (isFresh) this.forget();
    const before = this.#asked?.id === id ? this.#asked : undefined;
    if (before && covers(before, slots)) return before.answer;
    const known = before ? undefined : read(id, this.#url);
    this.#asked =
      known && covers(known, slots)
        ? { ...known, answer: Promise.resolve(known.answer) }
        : this.#question(id, slots, before);
    return this.#asked.answer;
  }

  #question(
    id: string,
    slots: readonly string[],
    before: Asked | undefined,
  ): Asked & { readonly answer: Promise<Decision> } {
    // Slots of the question before are of this page, too: one answer is about all of it.
    const asked: Asked = { id, slots: [...new Set([...slots, ...(before?.slots ?? [])])] };
    const answer = this.#ask(asked, () => this.#asked?.answer === answer);
    return { ...asked, answer };
  }

  /** Of somebody else, or somebody who has become another, nothing is known yet. */
  forget(): void {
    this.#asked = undefined;
    remember(undefined);
  }

  async #ask({ id, slots }: Asked, isLast: () => boolean): Promise<Decision> {
    try {
      const of = slots.length > 0 ? `&slots=${slots.slice(0, mostAsked).join()}` : '';
      const response = await fetch(this.#url + encodeURIComponent(id) + of, { credentials: 'omit' });
      if (!response.ok) throw new Error(String(response.status));
      const { audiences, slots: shown = {} } = (await response.json()) as Partial<Decision> & Omit<Decision, 'slots'>;
      const answer = { audiences, slots: shown };
      // Somebody may have logged out meanwhile: then this is not about whoever is there now.
      if (isLast()) remember({ id, slots, answer, at: Date.now(), url: this.#url });
      return answer;
    } catch (error) {
      if (isLast()) this.#asked = undefined;
      throw error;
    }
  }
}

const covers = (asked: Asked, slots: readonly string[]): boolean => slots.every((slot) => asked.slots.includes(slot));

/** Calls back with what `answer` is, and with nobody where it fails or takes too long; elements follow. */
export function settle(answer: Promise<Decision>, done: (decision: Decision) => void): void {
  let isSettled = false;
  const end = (decision: Decision): void => {
    if (isSettled) return;
    isSettled = true;
    apply(decision);
    done(decision);
  };
  setTimeout(end, decideWithinMs, nobody);
  answer.then(end, () => end(nobody));
}

/** Elements show what they are to: content is there before what hides it goes. */
export function apply({ audiences, slots }: Decision): void {
  fill(slots);
  show(audiences);
}

/** The answer to the last question, whichever page asked it. */
interface Kept extends Asked {
  readonly answer: Decision;
  readonly at: number;
  readonly url: string;
}

function read(id: string, url: string): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(shelf) ?? '') as Kept;
    const ageMs = Date.now() - kept.at;
    const isOfNow = kept.id === id && kept.url === url && ageMs >= 0 && ageMs < keptMs;
    return isOfNow && Array.isArray(kept.slots) && Array.isArray(kept.answer.audiences) ? kept : undefined;
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
