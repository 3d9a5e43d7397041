import type { Import, ImportInput, PreviewRow } from './import-types';
import type { Operation } from './operation-types';
import type { Page } from './pages';
import { path, type Transport, type UploadData } from './transport';

export interface UploadOptions {
  /** `csv` unless set. */
  readonly type?: 'csv' | 'ndjson';
  /** Whether the bytes are gzipped. */
  readonly isGzipped?: boolean;
}

const mediaTypes = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** Files of profiles or events. An import and its operation have one id: `client.operations.wait(id)` follows it. */
export function importsOf({ call, open }: Transport) {
  return {
    /** Says what a file means. Under one `idempotencyKey` there is one import, however often it is asked for. */
    create: (input: ImportInput, { idempotencyKey }: { readonly idempotencyKey?: string } = {}) =>
      call<Import>({
        method: 'POST',
        path: '/v1/imports',
        body: input,
        ...(idempotencyKey !== undefined && {
          headers: { 'idempotency-key': idempotencyKey },
          isRepeatable: true,
        }),
      }),
    /** Sends the file, as it is read, and begins. A second file for one import changes nothing. */
    upload: (id: string, data: UploadData, { type = 'csv', isGzipped = false }: UploadOptions = {}) =>
      call<Operation>({
        method: 'PUT',
        path: path`/v1/imports/${id}/file`,
        file: { data, type: mediaTypes[type] },
        ...(isGzipped && { headers: { 'content-encoding': 'gzip' } }),
      }),
    get: (id: string) => call<Import>({ method: 'GET', path: path`/v1/imports/${id}` }),
    /** The first rows of a dry run, as the events they would be. */
    preview: (id: string) => call<Page<PreviewRow>>({ method: 'GET', path: path`/v1/imports/${id}/preview` }),
    /** The refused rows as CSV, as they arrive. */
    errors: (id: string) => open({ method: 'GET', path: path`/v1/imports/${id}/errors.csv` }),
  };
}
