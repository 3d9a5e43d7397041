import { DateTime } from 'luxon';
import { readInstant } from '../instant';
import { kindOf } from '../events/rejection';
import type { Json } from '../json';
import { dateLocale, longestDate, parserOfFormat } from './date-format';
import type { Conversion } from './row-mapping.schema';

/** What a cell became, or what it should have been. */
export type Converted = { readonly value: Json } | { readonly problem: string };
export type Convert = (value: Json) => Converted;

const failed = (problem: string): Converted => ({ problem });
const orElse = (value: Json | undefined, problem: (given: string) => string, given: Json): Converted =>
  value === undefined ? failed(problem(typeof given === 'string' ? 'other text' : kindOf(given))) : { value };

/** Words compare without case and without spaces around them. */
export const fold = (word: string): string => word.trim().toLowerCase();

const truths = ['true', 't', 'yes', 'y', '1'];
const falsehoods = ['false', 'f', 'no', 'n', '0'];

/** Makes a conversion ready. Blank cells and nulls never come here. */
export function conversionOf(as: Conversion | undefined): Convert {
  if (as === undefined) return (value) => ({ value });
  if (typeof as === 'string') return plain[as];
  if ('number' in as) return numberWritten(as.number);
  if ('boolean' in as) return booleanOf(as.boolean.true, as.boolean.false);
  if ('list' in as) return listOf(as.list, plain[as.of ?? 'text']);
  return 'date' in as ? dateOf(as.date, as.zone) : instantOf(as.instant, as.zone);
}

const plain: Readonly<Record<Extract<Conversion, string>, Convert>> = {
  text: (value) => ({ value: typeof value === 'string' ? value : JSON.stringify(value) }),
  number: (value) => orElse(readNumber(value), (given) => `is ${given}; send a number such as 12.5.`, value),
  integer: (value) =>
    orElse(
      readInteger(value),
      (given) => `is ${given}; send a whole number of at most 15 digits, or map it as text.`,
      value,
    ),
  boolean: booleanOf(truths, falsehoods),
  date: dateOf('iso'),
  instant: instantOf('iso'),
  json: (value) => (typeof value === 'string' ? orElse(readJson(value), () => 'is no JSON.', value) : { value }),
};

/** Decimal notation only: `0x1f`, `Infinity` and an empty text are no numbers. */
function readNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())) return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

/** Whole and exact: what a double would round is refused. */
function readInteger(value: Json): number | undefined {
  const read = readNumber(value);
  return Number.isSafeInteger(read) ? read : undefined;
}

function numberWritten({ decimal, thousands }: { decimal: string; thousands?: string | undefined }): Convert {
  return (value) => {
    if (typeof value !== 'string') return plain.number(value);
    // A space that groups digits is often one that does not break.
    const ungrouped =
      thousands === undefined ? value : value.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll(thousands, '');
    const isForeign = decimal === ',' && ungrouped.includes('.');
    return plain.number(isForeign ? '' : ungrouped.replace(decimal, '.'));
  };
}

function booleanOf(truthy: readonly string[], falsy: readonly string[]): Convert {
  const words = new Map([
    ...falsy.map((word) => [fold(word), false] as const),
    ...truthy.map((word) => [fold(word), true] as const),
  ]);
  return (value) => {
    if (typeof value === 'boolean') return { value };
    const found = typeof value === 'object' ? undefined : words.get(fold(String(value)));
    return orElse(found, (given) => `is ${given}; send one of ${[...truthy, ...falsy].join(', ')}.`, value);
  };
}

function listOf(separator: string, convert: Convert): Convert {
  return (value) => {
    if (Array.isArray(value)) return { value };
    if (typeof value !== 'string')
      return failed(`is ${kindOf(value)}; send text with "${separator}" between its parts.`);
    const parts = value.split(separator).map((part) => part.trim());
    const converted = parts.filter((part) => part !== '').map(convert);
    const wrong = converted.find((one) => 'problem' in one);
    return wrong ?? { value: converted.flatMap((one) => ('value' in one ? [one.value] : [])) };
  };
}

function dateOf(format: string, zone?: string): Convert {
  const read = readerOf(format, zone);
  return (value) =>
    orElse(
      read(value)?.toISODate() ?? undefined,
      (given) => `is ${given}; send a day that exists, ${asFormat(format, '2026-05-01')}.`,
      value,
    );
}

function instantOf(format: string, zone?: string): Convert {
  const read = readerOf(format, zone);
  return (value) =>
    orElse(
      read(value)?.toUTC().toISO() ?? undefined,
      (given) => `is ${given}; send a time that exists, ${asFormat(format, '2026-05-01T09:00:00Z')}.`,
      value,
    );
}

const asFormat = (format: string, example: string): string =>
  format === 'iso' ? `such as ${example}` : `as ${format}`;

/** Local times that a change of the clocks skips are taken for the later; of two that it repeats, the first counts (Luxon's choice). */
function readerOf(format: string, zone = 'utc'): (value: Json) => DateTime | undefined {
  const options = { zone, locale: dateLocale };
  const parse = parserOf(format, options);
  return (value) => {
    if (typeof value === 'string' && value.length > longestDate) return undefined;
    const read = parse(value);
    return read?.isValid === true && read.year >= 0 && read.year <= 9_999 ? read : undefined;
  };
}

interface Where {
  readonly zone: string;
  readonly locale: string;
}

function parserOf(format: string, options: Where): (value: Json) => DateTime | undefined {
  if (format === 'seconds' || format === 'milliseconds') {
    const unit = format === 'seconds' ? 1_000 : 1;
    return (value) => {
      const number = readNumber(value);
      return number === undefined ? undefined : DateTime.fromMillis(Math.floor(number * unit), options);
    };
  }
  if (format === 'iso') return (value) => readIso(value, options);
  const parser = parserOfFormat(format);
  return (value) => (typeof value === 'string' ? DateTime.fromFormatParser(value.trim(), parser, options) : undefined);
}

/** ISO 8601, also as databases write it (a space for the T, `UTC`, an offset of hours alone), and numbers as rules read them. */
function readIso(value: Json, options: Where): DateTime | undefined {
  if (typeof value === 'number') {
    const at = readInstant(value);
    return at === undefined ? undefined : DateTime.fromMillis(at, options);
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const iso = text
    .replace(/^(.{10}) (?=\d)/, '$1T')
    .replace(/(?<=T.*) ?UTC$/, 'Z')
    .replace(/(?<=T.*[+-]\d\d)$/, ':00');
  return DateTime.fromISO(iso, options);
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
