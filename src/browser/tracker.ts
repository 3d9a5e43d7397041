import { apply, Decider, nobody, settle, type Decision } from './decide';
import { hasElements } from './elements';
import { Identity } from './identity';
import { makeId, type Data, type Message, type Preferences } from './message';
import { emptyShelves, Outbox } from './outbox';
import { contextOf, pageOf } from './page-context';
import { isSlot, slotsOnPage, whenSeen } from './slots';

export interface Options {
  /** Where the API is, such as `https://events.shop.example`. */
  readonly url: string;
  /** Absent sends at once. `ask` sends and keeps nothing until `consent` is called; preferences are a choice made earlier. */
  readonly consent?: 'ask' | Preferences;
  /** Has the server keep the anonymous id in a first-party cookie. */
  readonly serverId?: boolean;
}

/** What `consent` takes: everything, nothing, or by purpose. */
export type Choice = 'granted' | 'denied' | Preferences;

/** Calls wait in memory, no more than this, until it is known whether and as whom they may be sent. */
const mostHeld = 500;

/** What `decide` takes: whether to ask again what the page has asked before, and for which slots beside those of its elements. */
export interface Asking {
  readonly fresh?: boolean;
  readonly slots?: readonly string[];
}

type State = 'asking' | 'denied' | 'opening' | 'open';
/** A call as it was made: sent, or carried out on the ids, in its turn. */
type Held = Message | 'reset';

/** What a page calls. */
export class Tracker {
  readonly #identity: Identity;
  readonly #writeKey: string;
  readonly #url: string;
  readonly #decider: Decider;
  #outbox: Outbox | undefined;
  #held: Held[] = [];
  /** Who wait until it is known whether, and as whom, may be asked. */
  #waiting: (() => void)[] = [];
  #state: State = 'asking';
  #preferences: Preferences | undefined;

  constructor(writeKey: string, { url, consent, serverId }: Options) {
    this.#writeKey = writeKey;
    this.#url = url.replace(/\/+$/, '');
    const by = `writeKey=${encodeURIComponent(writeKey)}`;
    this.#identity = new Identity(serverId ? `${this.#url}/v1/id?${by}` : undefined);
    this.#decider = new Decider(`${this.#url}/v1/decide?${by}&anonymous_id=`);
    if (consent === 'ask') this.#showElements();
    else this.consent(consent ?? 'granted');
    // The page may have slots that were not there yet; what has been asked is not asked again.
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => this.#showElements());
  }

  /** A person, from here on; without an id, traits of whoever this is. */
  identify(user?: string | Data, traits?: Data): void {
    const isNamed = typeof user === 'string';
    this.#say('identify', { ...(isNamed && { userId: user }), traits: (isNamed ? traits : user) ?? {} });
  }

  track(event: string, properties: Data = {}): void {
    this.#say('track', { event, properties });
  }

  page(name?: string, properties: Data = {}): void {
    this.#say('page', { name, properties: { ...pageOf(window), ...properties } });
  }

  group(groupId: string, traits: Data = {}): void {
    this.#say('group', { groupId, traits });
  }

  /** Says that the id before, this browser's unless given, is the same person. */
  alias(userId: string, previousId?: string): void {
    this.#say('alias', { userId, previousId });
  }

  /** Forgets the person, as on log-out: what follows is somebody else's. */
  reset(): void {
    this.#take('reset');
  }

  /**
   * In which public audiences the visitor is, and what slots show: nothing where that is not known within a second. Once for a page, unless it has
   * other slots or wants to know afresh.
   */
  decide({ fresh = false, slots = [] }: Asking = {}, done: (decision: Decision) => void = () => undefined): void {
    const answer = new Promise<Decision>((resolve, reject) => {
      const ask = (): void => {
        if (this.#state !== 'open') return resolve(nobody);
        const { anonymousId } = this.#identity;
        // Of somebody who has logged out, or declined, in the meantime nothing is told.
        const tell = (decision: Decision): void =>
          resolve(anonymousId === this.#identity.anonymousId ? decision : nobody);
        this.#decider.of(anonymousId, [...slots.filter(isSlot), ...slotsOnPage()], fresh).then(tell, reject);
      };
      if (this.#state === 'open' || this.#state === 'denied') whenSeen(ask);
      else this.#waiting.push(() => whenSeen(ask));
    });
    settle(answer, done);
  }

  /** What the visitor has chosen. A choice taken back is the last that is sent, and everything kept is removed. */
  consent(choice: Choice): void {
    const before = this.#preferences;
    this.#preferences = typeof choice === 'object' ? choice : before && allOf(before, choice === 'granted');
    const isNews = this.#state === 'open' && JSON.stringify(before) !== JSON.stringify(this.#preferences);
    if (isDenial(choice)) return this.#close(isNews);
    if (isNews) this.identify();
    if (this.#state !== 'asking' && this.#state !== 'denied') return;
    this.#begin();
    this.#showElements();
  }

  #begin(): void {
    this.#state = 'opening';
    this.#identity.open(() => {
      if (this.#state === 'denied') return this.#identity.forget();
      this.#state = 'open';
      this.#outbox ??= new Outbox({ url: this.#url, writeKey: this.#writeKey });
      for (const one of this.#held.splice(0)) this.#take(one);
      for (const ask of this.#waiting.splice(0)) ask();
    });
  }

  #close(isNews: boolean): void {
    this.#held = [];
    this.#outbox?.end();
    if (isNews) this.identify();
    this.#outbox?.flush();
    this.#outbox = undefined;
    this.#state = 'denied';
    emptyShelves(this.#writeKey);
    this.#identity.forget();
    this.#decider.forget();
    for (const ask of this.#waiting.splice(0)) ask();
    apply(nobody);
  }

  #showElements(): void {
    if (hasElements() || slotsOnPage().length > 0) this.decide();
  }

  /** The time, the page and the id of an event are those of the call, however long it waits. */
  #say(type: Message['type'], fields: Partial<Message>): void {
    const made = { messageId: makeId(), timestamp: new Date().toISOString(), context: contextOf(window) };
    this.#take({ type, ...made, ...fields });
  }

  #reset(): void {
    this.#identity.reset();
    this.#decider.forget();
    this.#showElements();
  }

  /** What was answered before is not about whoever this browser belongs to now. */
  #become(userId: string | undefined): void {
    if (userId === undefined || userId === this.#identity.userId) return;
    this.#identity.isNow(userId);
    this.#decider.forget();
  }

  #take(one: Held): void {
    if (this.#state === 'denied') return;
    if (this.#state !== 'open') {
      this.#held = [...this.#held, one].slice(-mostHeld);
      return;
    }
    if (one === 'reset') return this.#reset();
    const { anonymousId, userId } = this.#identity;
    if (one.type === 'identify') this.#become(one.userId);
    const consent = this.#preferences && { consent: { categoryPreferences: this.#preferences } };
    this.#outbox?.add({
      anonymousId,
      userId,
      ...one,
      ...(one.type === 'alias' && { previousId: one.previousId ?? anonymousId }),
      context: { ...one.context, ...consent },
    });
  }
}

const allOf = (preferences: Preferences, isGranted: boolean): Preferences =>
  Object.fromEntries(Object.keys(preferences).map((purpose) => [purpose, isGranted]));

const isDenial = (choice: Choice): boolean =>
  choice === 'denied' || (choice !== 'granted' && !Object.values(choice).includes(true));
