/** What a reader of images gets for every answer. */
export interface Picture {
  readonly type: string;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A transparent image of one pixel, which nobody may keep: a kept one would not be asked for again, and count once. */
export const pixel: Picture = {
  type: 'image/gif',
  bytes: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store, max-age=0', Pragma: 'no-cache' },
};
