/** `abandoned-cart` → `Abandoned cart`. */
export const nameOf = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1).replaceAll('-', ' ');
