import { z } from 'zod';
import { CsvDelimiter, pulledFields } from '../pulled-settings.schema';

export const FolderSettings = z.strictObject({
  ...pulledFields,
  /** An absolute path, inside one of the folders that the deployment allows the workspace (`HEDDLE_SOURCE_FOLDERS`). */
  folder: z
    .string()
    .max(1_024)
    .regex(/^\/[^\0]*$/, { error: 'Write an absolute path, such as "/data/exports".' }),
  /** What names begin with, the way from the folder included: `customers/2026-`. */
  prefix: z
    .string()
    .max(1_024)
    .regex(/^[^\0]*$/)
    .default(''),
  format: z.enum(['csv', 'ndjson']).default('csv'),
  delimiter: CsvDelimiter,
  /** Whether a file that has changed is read again. */
  reread: z.boolean().default(true),
  maxRowBytes: z.int().min(1_024).max(16_777_216).default(1_048_576),
});
export type FolderSettings = z.output<typeof FolderSettings>;

export const FolderSecrets = z.strictObject({});
