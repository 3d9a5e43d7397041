import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { delimiters } from '../../domain/rows/csv-header';
import { RowMapping } from '../../domain/rows/row-mapping.schema';
import type { Import, ImportFile } from '../../store/imports';
import type { PreviewRow } from '../../store/import-rows';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';

export const ImportInput = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  format: z.enum(['csv', 'ndjson']).default('csv'),
  /** Of a CSV; guessed from the header unless set. */
  delimiter: z.enum(delimiters).optional(),
  /** What columns mean; `auto` guesses it from their names, `events` takes each row for an event as `/v1/batch` does. */
  mapping: z.union([z.enum(['auto', 'events']), RowMapping], {
    error: 'Write "auto", "events" or a mapping { "columns": { column: target } }, as docs/guides/imports.md shows.',
  }),
  /** A manual audience that each row's person is put into. */
  audience: DefinitionKey.optional(),
  /** Reads and checks everything and writes nothing. */
  dryRun: z.boolean().default(false),
});
export type ImportInput = z.output<typeof ImportInput>;

export const ImportBody = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  format: z.enum(['csv', 'ndjson']),
  dryRun: z.boolean(),
  audience: z.string().optional(),
  /** As asked for; with a file, what `auto` has become. */
  mapping: z.union([z.string(), AnyObject]),
  /** Once there is one. */
  file: z
    .strictObject({
      bytes: z.int(),
      rows: z.int(),
      columns: z.array(z.string()),
      delimiter: z.string().optional(),
      storedAt: Instant,
    })
    .optional(),
  createdBy: z.string(),
  createdAt: Instant,
});

export function presentImport({ id, definition, file, createdBy, createdAt }: Import) {
  const { name, format, dryRun, rows, into } = definition;
  return {
    ...{ id, format, dryRun, createdBy },
    ...(name !== undefined && { name }),
    ...(into && { audience: into.audience }),
    mapping: file?.rows ?? rows,
    ...(file && { file: presentFile(file) }),
    createdAt: presentInstant(createdAt),
  };
}

function presentFile({ bytes, rowCount, columns, format, delimiter, storedAt }: ImportFile) {
  const delimited = format === 'csv' ? { delimiter } : {};
  return { bytes, rows: rowCount, columns, ...delimited, storedAt: presentInstant(storedAt) };
}

export const PreviewBody = z.strictObject({ row: z.int(), event: AnyObject });
export const presentPreview = ({ row, event }: PreviewRow) => ({ row, event });
