import type { ClientSession } from 'mongodb';
import type { Purpose } from '../domain/consent/purpose';
import type { WorkspaceId } from '../domain/ids';
import { DefinitionRepository, type ContentOf, type DefinitionDoc } from './definitions';
import type { StoreConnection } from './open-store';

/** What consent is given for, as a workspace defines it. */
export interface PurposeDoc extends DefinitionDoc, Purpose {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
}

export type PurposeContent = ContentOf<PurposeDoc> & Pick<PurposeDoc, 'key'>;

export class PurposeRepository extends DefinitionRepository<PurposeDoc> {
  constructor({ db }: StoreConnection) {
    super(db.collection<PurposeDoc>('purposes'));
  }

  /** Writes the next version. */
  async save(
    ws: WorkspaceId,
    { key, ...content }: PurposeContent,
    now: number,
    session: ClientSession,
  ): Promise<PurposeDoc> {
    return this.write(ws, key, () => content, now, session);
  }
}
