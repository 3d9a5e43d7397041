import type { z } from 'zod';
import { bytes, defaulted, wholeNumber } from './config-kinds';
import { mostEventBytes } from './config-limits';

/** What bulk imports may bring; docs/guides/imports.md says what becomes of the rest. */
export const importVariables = {
  HEDDLE_IMPORT_MAX_BYTES: defaulted(
    wholeNumber(1_024, 1_099_511_627_776),
    '2147483648',
    'The largest file of one import, counted after decompression.',
  ),
  HEDDLE_IMPORT_MAX_ROWS: defaulted(wholeNumber(1, 1_000_000_000), '10000000', 'The most rows in one import.'),
  HEDDLE_IMPORT_MAX_LINE_BYTES: defaulted(
    bytes(mostEventBytes * 2),
    '262144',
    'The longest row of an import; a longer one is refused, and no other.',
  ),
  HEDDLE_CSV_MAX_COLUMNS: defaulted(
    wholeNumber(1, 10_000),
    '1000',
    'The most columns of a CSV that is imported or pulled, and of any mapping.',
  ),
  HEDDLE_IMPORT_UPLOAD_SECONDS: defaulted(
    wholeNumber(30, 86_400),
    '3600',
    'How long the upload of one file may take. One that stands still is given up after a minute.',
  ),
  HEDDLE_BULK_BACKLOG: defaulted(
    wholeNumber(1_000, 1_000_000),
    '20000',
    'How many events of a workspace may wait on the bulk lane before its imports and pulled sources pause; they go on when a quarter of that has room again.',
  ),
  HEDDLE_IMPORT_KEEP_HOURS: defaulted(
    wholeNumber(1, 8_760),
    '168',
    'How long the rows that an import refused, and those that a dry run shows, can be fetched.',
  ),
};

type Limits = { readonly [Name in keyof typeof importVariables]: z.output<(typeof importVariables)[Name]> };

export function toImportLimits(env: Limits) {
  return {
    maxBytes: env.HEDDLE_IMPORT_MAX_BYTES,
    maxRows: env.HEDDLE_IMPORT_MAX_ROWS,
    maxLineBytes: env.HEDDLE_IMPORT_MAX_LINE_BYTES,
    maxColumns: env.HEDDLE_CSV_MAX_COLUMNS,
    uploadSeconds: env.HEDDLE_IMPORT_UPLOAD_SECONDS,
    backlog: env.HEDDLE_BULK_BACKLOG,
    keepHours: env.HEDDLE_IMPORT_KEEP_HOURS,
  } as const;
}
