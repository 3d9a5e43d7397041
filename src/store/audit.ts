import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';

/** Something that somebody did with a management key. Nothing that was sent or answered: those may be personal, and this is kept. */
export interface AuditEntry {
  readonly at: number;
  /** Id of the key. */
  readonly key: string;
  /** `PUT /v1/audiences/{key}`. */
  readonly action: string;
  /** What the path named, without identifiers of people. */
  readonly target: Readonly<Record<string, string>>;
  /** Whom it was about. */
  readonly profile?: ProfileId;
  readonly status: number;
  readonly requestId: string;
}

export interface AuditDoc extends AuditEntry {
  readonly _id: string;
  readonly ws: WorkspaceId;
}

/** Which entries: of a key, or about a profile. */
export type AuditQuery = Partial<Pick<AuditEntry, 'key' | 'profile'>>;

/** What was done to a workspace, by which key. Only added to. */
export class AuditRepository {
  readonly #entries: Collection<AuditDoc>;

  constructor({ db }: StoreConnection) {
    this.#entries = db.collection<AuditDoc>('audit');
  }

  async add(ws: WorkspaceId, entry: AuditEntry): Promise<void> {
    await this.#entries.insertOne({ _id: `${ws}:${randomUUID()}`, ws, ...entry });
  }

  /** Newest first, one page. */
  async page(ws: WorkspaceId, which: AuditQuery, limit: number, before?: number, skip = 0): Promise<AuditDoc[]> {
    const filter = { ws, ...which, ...(before !== undefined && { at: { $lt: before } }) };
    return this.#entries.find(filter).sort({ at: -1, _id: -1 }).skip(skip).limit(limit).toArray();
  }
}
