import type { ClientSession, Collection } from 'mongodb';
import type { RowsAs, RowsAsked } from '../domain/imports/choose-mapping';
import type { WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { Delimiter } from '../domain/rows/csv-header';
import type { RowShape } from '../domain/rows/read-record';
import type { StoreConnection } from './open-store';

/** What was asked for, before there is a file. */
export interface ImportDefinition {
  readonly name?: string;
  readonly format: RowShape['format'];
  /** Of a CSV; guessed from the header where it is not given. */
  readonly delimiter?: Delimiter;
  readonly rows: RowsAsked;
  readonly dryRun: boolean;
  /** The manual audience that each row's person is put into, and its list by then. */
  readonly into?: { readonly audience: string; readonly list: string };
}

/** A file that was taken in whole. */
export interface ImportFile extends RowShape {
  /** Names its chunks: each upload of a file is one of its own. */
  readonly upload: string;
  /** Decompressed. */
  readonly bytes: number;
  readonly rowCount: number;
  readonly chunkCount: number;
  readonly rows: RowsAs;
  readonly storedAt: number;
}

/** An import. Its operation, once there is a file, has the same id. Instants are epoch milliseconds. */
export interface Import {
  readonly id: string;
  readonly definition: ImportDefinition;
  readonly file?: ImportFile;
  readonly createdBy: string;
  readonly createdAt: number;
}

/** Definition and file are JSON text, because columns and mappings name users' data. */
interface ImportDoc extends Omit<Import, 'definition' | 'file'> {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly definitionJson: string;
  readonly fileJson?: string;
  /** Of one that no file was sent for. */
  readonly expiresAt?: Date;
}

const docId = (ws: WorkspaceId, id: string): string => `${ws}:${id}`;

export class ImportRepository {
  readonly #imports: Collection<ImportDoc>;

  constructor({ db }: StoreConnection) {
    this.#imports = db.collection<ImportDoc>('imports');
  }

  /** Until a file is stored it goes by itself at `expiresAt`; from then on with its operation. */
  async create(ws: WorkspaceId, made: Omit<Import, 'file'>, expiresAt: number): Promise<void> {
    const { definition, ...rest } = made;
    const text = { definitionJson: JSON.stringify(definition) };
    await this.#imports.insertOne({ _id: docId(ws, made.id), ws, ...rest, ...text, expiresAt: new Date(expiresAt) });
  }

  async find(ws: WorkspaceId, id: string): Promise<Import | undefined> {
    const doc = await this.#imports.findOne({ _id: docId(ws, id) });
    return doc ? toImport(doc) : undefined;
  }

  /** Answers false when it has a file already: the first one counts. */
  async setFile(ws: WorkspaceId, id: string, file: ImportFile, session: ClientSession): Promise<boolean> {
    const { modifiedCount } = await this.#imports.updateOne(
      { _id: docId(ws, id), fileJson: { $exists: false } },
      { $set: { fileJson: JSON.stringify(file) }, $unset: { expiresAt: '' } },
      { session },
    );
    return modifiedCount === 1;
  }

  /** Those of a workspace in the order of their ids, `limit` after one of them: for an erasure. */
  async walk(ws: WorkspaceId, limit: number, after = ''): Promise<Import[]> {
    return this.#imports
      .find({ _id: { $gt: docId(ws, after), $lt: `${ws};` } })
      .sort({ _id: 1 })
      .limit(limit)
      .map(toImport)
      .toArray();
  }

  /** Answers false when a file has come to one that had none. */
  async remove(ws: WorkspaceId, { id, file }: Pick<Import, 'id' | 'file'>): Promise<boolean> {
    const { deletedCount } = await this.#imports.deleteOne({
      _id: docId(ws, id),
      fileJson: { $exists: file !== undefined },
    });
    return deletedCount === 1;
  }
}

function toImport(doc: ImportDoc): Import {
  const { definitionJson, fileJson, ...rest } = omit(doc, '_id', 'ws', 'expiresAt');
  const definition = JSON.parse(definitionJson) as ImportDefinition;
  return { ...rest, definition, ...(fileJson !== undefined && { file: JSON.parse(fileJson) as ImportFile }) };
}
