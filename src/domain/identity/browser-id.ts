/** Which pages are on the owner's side of the fence, from what browsers say of themselves (Fetch Metadata, W3C). */
export interface Asker {
  /** `Origin`: absent where a page asks its own host. */
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site` and `Sec-Fetch-Dest`: absent from browsers older than 2023 and from programs. */
  readonly site: string | undefined;
  readonly destination: string | undefined;
}

/**
 * Whether whoever asks may have, and set, the id of this browser. Scripts of the same host and of named origins may; a link, an image
 * or a page of somebody else's may not, since it could give a visitor an id of its choice.
 */
export function mayAskForId({ origin, site, destination }: Asker, origins: readonly string[]): boolean {
  if (destination !== undefined && destination !== 'empty') return false;
  if (origin !== undefined) return origins.includes(origin);
  return site === undefined || site === 'same-origin';
}

/** Only ids of the shape we make: what a browser sends must not become an identifier of any text. */
export function readBrowserId(text: string | undefined): string | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text ?? '') ? text?.toLowerCase() : undefined;
}
