/** What a journey shows in a slot. */
export interface SlotContent {
  readonly content: Readonly<Record<string, unknown>>;
  /** Of the enrollment that shows it. */
  readonly id: string;
}
export type Slots = Readonly<Record<string, SlotContent>>;

/** As many slots the server tells of at once. */
export const mostAsked = 20;
/** A page that is still arriving is waited for no longer than this: then what is there is asked for, and the rest by itself. */
const patienceWithPageMs = 200;

const slotElements = (): Element[] => [...document.querySelectorAll('[data-heddle-slot]')];
const slotOf = (element: Element): string => element.getAttribute('data-heddle-slot') ?? '';

/** The slots of a page's elements. A name that the server would refuse is not one: it must not cost the page its audiences. */
export const slotsOnPage = (): string[] => slotElements().map(slotOf).filter(isSlot);
export const isSlot = (name: string): boolean => /^[a-z0-9-]{1,64}$/.test(name);

/** Once it is known which slots the page has: after it has arrived, or has taken too long. */
export function whenSeen(go: () => void): void {
  if (document.readyState !== 'loading') return go();
  let isGone = false;
  const once = (): void => {
    if (!isGone) go();
    isGone = true;
  };
  document.addEventListener('DOMContentLoaded', once);
  setTimeout(once, patienceWithPageMs);
}

/** What an element shows, and how it becomes again what the page's author wrote. */
const filled = new WeakMap<Element, { readonly shown: string; readonly undo: () => void }>();

/** Puts content into the elements of its slots, as text and addresses only; one whose slot shows nothing has what was in it before. */
export function fill(slots: Slots): void {
  for (const element of slotElements()) {
    const slot = slotOf(element);
    follow(element, slot, Object.hasOwn(slots, slot) ? slots[slot] : undefined);
  }
}

function follow(element: Element, slot: string, found: SlotContent | undefined): void {
  const before = filled.get(element);
  const shown = found && JSON.stringify(found);
  if (before?.shown === shown) return;
  before?.undo();
  filled.delete(element);
  if (found && shown) filled.set(element, { shown, undo: write(element, found.content) });
  element.toggleAttribute('data-heddle-shown', found !== undefined);
  const detail = { slot, content: found?.content, id: found?.id };
  element.dispatchEvent(new CustomEvent('heddle:slot', { bubbles: true, detail }));
}

function write(slot: Element, content: SlotContent['content']): () => void {
  const undo: (() => void)[] = [];
  const each = (selector: string, attribute: string, set: (part: Element, text: string) => () => void): void => {
    for (const part of [slot, ...slot.querySelectorAll('*')]) {
      const text = part.matches(`${selector}[${attribute}]`) && textOf(content, part.getAttribute(attribute) ?? '');
      if (typeof text === 'string') undo.push(set(part, text));
    }
  };
  each(':not(script,style)', 'data-heddle-text', (part, text) => {
    const before = [...part.childNodes];
    part.textContent = text;
    return () => part.replaceChildren(...before);
  });
  // Only where an address leads somewhere or is a picture: nothing that content says is run, or styles the page.
  each('a', 'data-heddle-href', (part, text) => setLink(part, 'href', text));
  each('img', 'data-heddle-src', (part, text) => setLink(part, 'src', text));
  return () => undo.reverse().forEach((one) => one());
}

function textOf(content: SlotContent['content'], name: string): string | undefined {
  const value = Object.hasOwn(content, name) ? content[name] : undefined;
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

function setLink(part: Element, attribute: string, text: string): () => void {
  const before = part.getAttribute(attribute);
  if (isLink(text, document.baseURI)) part.setAttribute(attribute, text);
  return () => (before === null ? part.removeAttribute(attribute) : part.setAttribute(attribute, before));
}

/** Whether it is an address of the web, as the browser will read it; `javascript:` is not. */
export function isLink(text: string, base: string): boolean {
  try {
    return /^https?:$/.test(new URL(text, base).protocol);
  } catch {
    return false;
  }
}
