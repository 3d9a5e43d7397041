import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { RefusedRow } from '../../store/import-rows';

/**
 * Refused rows as a CSV that is safe to open: cells that a spreadsheet would take for a formula get an apostrophe in front (OWASP,
 * "CSV injection").
 */
export function errorsCsv(rows: AsyncIterable<RefusedRow>): Readable {
  const columns = [
    { key: 'row', header: 'row' },
    { key: 'code', header: 'code' },
    { key: 'column', header: 'column' },
    { key: 'message', header: 'message' },
    { key: 'text', header: 'sent' },
  ];
  const csv = stringify({ header: true, columns, escape_formulas: true });
  // An error on the way ends the answer half way, which the sender of the request notices.
  pipeline(Readable.from(rows), csv, () => undefined);
  return csv;
}
