import { Readable } from 'node:stream';
import { notFound } from '../problem';
import type { KeyCall } from '../route';
import { streamedOut } from '../streamed';

/** One JSON object a line; `kind` says what it is. */
export const ExportFile = streamedOut('application/x-ndjson');

/** The file of an export that has ended, part by part; 404 once its time is over. */
export async function exportFile({ deps, ws, params, now }: KeyCall<{ id: string }>) {
  const stored = await deps.store.operations.find(ws, params.id);
  const { kind, status, result } = stored?.operation ?? {};
  const expiresAt = result?.['expiresAt'];
  const isKept = typeof expiresAt === 'string' && Date.parse(expiresAt) > now;
  if (kind !== 'export' || status !== 'completed' || !isKept)
    throw notFound('file of such an export; it may be on its way, or its time is over');
  return {
    body: Readable.from(deps.store.exportChunks.read(ws, params.id)),
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Content-Disposition': `attachment; filename="${params.id}.ndjson"`,
      'Cache-Control': 'no-store',
    },
  };
}
