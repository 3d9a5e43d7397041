import type { Collection } from 'mongodb';
import type { RefusedExample } from '../domain/imports/import-tally';
import type { WorkspaceId } from '../domain/ids';
import type { JsonObject } from '../domain/json';
import { insertNew } from './insert-new';
import type { StoreConnection } from './open-store';

/** A refused row with what it says, cut to a bounded length. */
export interface RefusedRow extends RefusedExample {
  readonly text: string;
}

/** A row of a dry run as the event it would be. */
export interface PreviewRow {
  readonly row: number;
  readonly event: JsonObject;
}

export interface ImportRowDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly row: number;
  /** JSON text, because it holds users' data. */
  readonly bodyJson: string;
  readonly expiresAt: Date;
}

type Kind = 'preview' | 'refused';

const rowId = (ws: WorkspaceId, id: string, kind: Kind, row: number): string =>
  `${ws}:${id}:${kind}:${String(row).padStart(12, '0')}`;
const rangeOf = (ws: WorkspaceId, id: string, kind: Kind) => ({
  _id: { $gte: `${ws}:${id}:${kind}:`, $lt: `${ws}:${id}:${kind};` },
});

/** Rows of imports that somebody should look at, for a while. */
export class ImportRowRepository {
  readonly #rows: Collection<ImportRowDoc>;

  constructor({ db }: StoreConnection) {
    this.#rows = db.collection<ImportRowDoc>('importRows');
  }

  /** A row that is there already stays as it is; answers the indexes of those. */
  async add(
    ws: WorkspaceId,
    id: string,
    kind: Kind,
    { rows, expiresAt }: { readonly rows: readonly (RefusedRow | PreviewRow)[]; readonly expiresAt: number },
  ): Promise<readonly number[]> {
    const docs = rows.map((row): ImportRowDoc => ({
      ...{ _id: rowId(ws, id, kind, row.row), ws, row: row.row },
      ...{ bodyJson: JSON.stringify(row), expiresAt: new Date(expiresAt) },
    }));
    return (await insertNew(this.#rows, docs)).duplicateIndexes;
  }

  async rewriteRefused(ws: WorkspaceId, id: string, rows: readonly RefusedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const writes = rows.map((row) => {
      const update = { $set: { bodyJson: JSON.stringify(row) } };
      return { updateOne: { filter: { _id: rowId(ws, id, 'refused', row.row) }, update } };
    });
    await this.#rows.bulkWrite(writes, { ordered: false });
  }

  async removePreview(ws: WorkspaceId, id: string, rows: readonly Pick<PreviewRow, 'row'>[]): Promise<void> {
    await this.remove(rows.map(({ row }) => ({ _id: rowId(ws, id, 'preview', row) })));
  }

  /** In the order of the file, however many there are. */
  async *refused(ws: WorkspaceId, id: string): AsyncGenerator<RefusedRow, void, undefined> {
    const found = this.#rows
      .find(rangeOf(ws, id, 'refused'))
      .sort({ _id: 1 })
      .batchSize(500);
    for await (const { bodyJson } of found) yield JSON.parse(bodyJson) as RefusedRow;
  }

  async preview(ws: WorkspaceId, id: string, limit: number): Promise<PreviewRow[]> {
    const found = await this.#rows
      .find(rangeOf(ws, id, 'preview'))
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ bodyJson }) => JSON.parse(bodyJson) as PreviewRow);
  }

  /** Those of a workspace, `limit` after one of them: for an erasure. */
  async walk(ws: WorkspaceId, limit: number, after = `${ws}:`): Promise<ImportRowDoc[]> {
    return this.#rows
      .find({ _id: { $gt: after, $lt: `${ws};` } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
  }

  async remove(rows: readonly Pick<ImportRowDoc, '_id'>[]): Promise<void> {
    if (rows.length > 0) await this.#rows.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
  }
}
