import { graphError, type MetaAudience } from './meta-graph';
import type { TwinAnswer } from './twin-server';

const hash = /^[0-9a-f]{64}$/;
const anything = /^.+$/;
/** Columns of an upload and what their cells look like; an empty cell is always allowed. */
const cellForms: Readonly<Record<string, RegExp>> = {
  EXTERN_ID: anything,
  MADID: /^[0-9a-f-]+$/,
  LOOKALIKE_VALUE: anything,
  ...Object.fromEntries(
    ['EMAIL', 'PHONE', 'GEN', 'DOBY', 'DOBM', 'DOBD', 'FN', 'LN', 'FI', 'CT', 'ST', 'ZIP', 'COUNTRY'].map((name) => [
      name,
      hash,
    ]),
  ),
};
const maxRows = 10_000;

/** Adds or removes the rows of an upload. Rows without a usable cell are counted as invalid; the others take effect. */
export function changeUsers(audience: MetaAudience, change: 'add' | 'remove', body: unknown): TwinAnswer {
  const upload = readUpload(body);
  if ('problem' in upload) return graphError(400, 100, `(#100) ${upload.problem}`);
  const rows = upload.data.map((row) => cellsOf(upload.schema, row));
  for (const cell of rows.flat()) {
    if (change === 'add') audience.members.add(cell);
    else audience.members.delete(cell);
  }
  const invalid = upload.data.filter((_, index) => rows[index]?.length === 0);
  return {
    status: 200,
    body: {
      audience_id: audience.id,
      session_id: '1',
      num_received: upload.data.length,
      num_invalid_entries: invalid.length,
      // Meta quotes what it could not use, which is why senders must not keep its answers.
      invalid_entry_samples: Object.fromEntries(invalid.slice(0, 3).map((row, index) => [String(index), row])),
    },
  };
}

type Upload =
  { readonly schema: readonly string[]; readonly data: readonly (readonly unknown[])[] } | { readonly problem: string };

function readUpload(body: unknown): Upload {
  const { payload } = (body ?? {}) as { payload?: { schema?: unknown; data?: unknown } };
  const { schema, data } = payload ?? {};
  if (!Array.isArray(schema) || !Array.isArray(data)) return { problem: 'The parameter payload is required' };
  const unknown = (schema as unknown[]).find((column) => !Object.hasOwn(cellForms, String(column)));
  if (unknown !== undefined || schema.length === 0) return { problem: 'Invalid schema' };
  if (data.length > maxRows) return { problem: `More than ${maxRows} rows` };
  const rows = data as readonly unknown[];
  if (!rows.every((row) => Array.isArray(row) && row.length === schema.length))
    return { problem: 'Row and schema differ' };
  return { schema: schema as string[], data: rows as unknown[][] };
}

function cellsOf(schema: readonly string[], row: readonly unknown[]): string[] {
  return schema.flatMap((column, index) => {
    const cell = row[index];
    return typeof cell === 'string' && cellForms[column]?.test(cell) ? [`${column}:${cell}`] : [];
  });
}
