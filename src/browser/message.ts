export type Data = Readonly<Record<string, unknown>>;

/** What the page allows, by purpose, as its consent banner knows it. */
export type Preferences = Readonly<Record<string, boolean>>;

/** An event as Segment's clients write it; sent again under the same `messageId`, it counts once. */
export interface Message {
  readonly type: 'identify' | 'track' | 'page' | 'group' | 'alias';
  readonly messageId: string;
  readonly timestamp: string;
  readonly context: Data;
  readonly anonymousId?: string;
  readonly userId?: string | undefined;
  readonly groupId?: string;
  readonly previousId?: string | undefined;
  readonly event?: string;
  readonly name?: string | undefined;
  readonly properties?: Data;
  readonly traits?: Data;
}

/** A random UUID; `crypto.randomUUID` exists on https and localhost only. */
export function makeId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, at) => {
    // Version 4 and variant 1 (RFC 9562).
    const value = at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte;
    return value.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
