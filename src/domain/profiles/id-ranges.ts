/** How the id begins that this part of all ids come before; the first twelve digits of an id are of chance, and none is a g. */
export const idAt = (share: number): string =>
  share >= 1
    ? 'g'
    : Math.floor(share * 2 ** 48)
        .toString(16)
        .padStart(12, '0');
