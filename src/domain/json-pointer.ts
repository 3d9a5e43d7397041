/** One part of a JSON pointer, with the slash before it (RFC 6901). */
export const pointerPart = (name: PropertyKey): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
