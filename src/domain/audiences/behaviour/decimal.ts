/** Exact sums: 0.1 + 0.2 is 0.3, in whatever order they come. A number counts as its shortest decimal, to 12 places. */
const places = 12;

/** The sum of a decimal and numbers, as a decimal such as `"-12.5"`. */
export function addToDecimal(sum: string, numbers: readonly number[]): string {
  return toText(numbers.reduce((total, number) => total + scale(String(number)), scale(sum)));
}

export function addDecimals(one: string, other: string): string {
  return toText(scale(one) + scale(other));
}

/** The exact sum of numbers and decimals, rounded once, to the nearest number. */
export function sumOf(numbers: readonly number[], decimals: readonly string[]): number {
  const cents = decimals.length === 0 ? sumInCents(numbers) : undefined;
  if (cents !== undefined) return cents / 100;
  const total = decimals.reduce((sum, decimal) => sum + scale(decimal), 0n);
  return Number(toText(numbers.reduce((sum, number) => sum + scale(String(number)), total)));
}

/** Whole numbers add up exactly: the quick way for amounts of money, `undefined` for anything finer or huge. */
function sumInCents(numbers: readonly number[]): number | undefined {
  let total = 0;
  for (const number of numbers) {
    const cents = Math.round(number * 100);
    if (cents / 100 !== number || Math.abs(cents) > 1e12) return undefined;
    total += cents;
  }
  return Math.abs(total) < Number.MAX_SAFE_INTEGER ? total : undefined;
}

function scale(text: string): bigint {
  const [mantissa = '0', exponent = '0'] = text.split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const shift = places + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : roundedDown(digits, 10n ** BigInt(-shift));
}

// Halves away from zero, the same for each number alone, so that the order of adding cannot matter.
function roundedDown(digits: bigint, divisor: bigint): bigint {
  const half = digits < 0n ? -divisor / 2n : divisor / 2n;
  return (digits + half) / divisor;
}

function toText(scaled: bigint): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}
