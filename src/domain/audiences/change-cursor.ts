/**
 * How far somebody has read the changes of an audience: up to and with a place of its feed. `member` is there while they still read who was
 * in it at that place: the last of these whom they have, by the end of the stay's id; empty before the first.
 */
export interface ChangeCursor {
  readonly audience: string;
  readonly place: number;
  readonly member?: string;
}

export const cursorText = ({ audience, place, member }: ChangeCursor): string =>
  `${audience}:${place}${member === undefined ? '' : `:${member}`}`;

/** `undefined` for what is no cursor of this audience. */
export function readCursor(text: string, audience: string): ChangeCursor | undefined {
  const [, of, place, member] = /^([a-z0-9-]{1,64}):(\d{1,12})(?::([\w-]{0,200}(?::\d{1,9})?))?$/.exec(text) ?? [];
  if (of !== audience || place === undefined) return undefined;
  return { audience, place: Number(place), ...(member !== undefined && { member }) };
}
