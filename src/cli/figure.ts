/** 1234567 → 1,234,567. */
export const figure = (value: number): string => value.toLocaleString('en-GB');

/** 0.1234 → 12.3%. */
export const tenths = (share: number): string => `${(share * 100).toFixed(1)}%`;

export const percent = (share: number): string => `${Math.round(share * 100)}%`;
