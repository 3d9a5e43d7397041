/** 1234567 → 1,234,567. */
export const figure = (value: number): string => value.toLocaleString('en-GB');

export const percent = (share: number): string => `${Math.round(share * 100)}%`;
