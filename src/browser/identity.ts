import { keep, kept } from './keep';
import { makeId } from './message';

const anonymousName = 'heddle_id';
const userName = 'heddle_user';
/** A page does not wait longer for the server's id than this. */
const patienceMs = 3_000;

/** Who this browser is. Reads and keeps nothing before `open`. */
export class Identity {
  anonymousId = '';
  userId: string | undefined;
  readonly #askUrl: string | undefined;

  /** `askUrl` answers the id of a cookie that the owner's own host keeps, which outlives localStorage. */
  constructor(askUrl: string | undefined) {
    this.#askUrl = askUrl;
  }

  /** Calls back once the ids are known: at once, unless only the server can know. */
  open(ready: () => void): void {
    this.userId = kept(userName);
    this.anonymousId = kept(anonymousName) ?? '';
    if (this.anonymousId !== '' || this.#askUrl === undefined) {
      this.#remember(this.anonymousId || makeId());
      this.#ask(() => undefined);
      return ready();
    }
    this.#ask((id) => {
      this.#remember(id ?? makeId());
      ready();
    });
  }

  isNow(userId: string | undefined): void {
    this.userId = userId;
    keep(userName, userId);
  }

  /** Another person from here on, as after a log-out. */
  reset(): void {
    this.isNow(undefined);
    this.#remember(makeId());
    this.#ask(() => undefined);
  }

  forget(): void {
    this.isNow(undefined);
    keep(anonymousName, undefined);
    this.anonymousId = '';
  }

  #remember(id: string): void {
    this.anonymousId = id;
    keep(anonymousName, id);
  }

  /** Tells the server the id of this browser, or asks for it. An id of another shape than ours the server refuses: it stays here. */
  #ask(answered: (id: string | undefined) => void): void {
    if (this.#askUrl === undefined) return answered(undefined);
    const url = this.#askUrl + (this.anonymousId && `&id=${encodeURIComponent(this.anonymousId)}`);
    const signal = AbortSignal.timeout?.(patienceMs) ?? null;
    fetch(url, { credentials: 'include', signal })
      .then((response) => (response.ok ? (response.json() as Promise<{ id: string }>) : undefined))
      .then(
        (body) => answered(body?.id),
        () => answered(undefined),
      );
  }
}
