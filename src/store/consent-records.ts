import { createHash } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { ConsentRecord } from '../domain/profiles/change-set';
import { insertNew } from './insert-new';
import type { StoreConnection } from './open-store';

/** One statement of consent, as it was said. Kept apart from the events, which may be forgotten earlier. */
export interface ConsentRecordDoc extends Omit<ConsentRecord, 'proof'> {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly subject: string;
  /** JSON text, because property names in it are users' data. */
  readonly proofJson?: string;
}

/** Who said what of which purpose, when, and with what proof. Written in the transaction that applies the event. */
export class ConsentRecordRepository {
  readonly #records: Collection<ConsentRecordDoc>;

  constructor({ db }: StoreConnection) {
    this.#records = db.collection<ConsentRecordDoc>('consentRecords');
  }

  /** Adds records. One that says what is on record already, word for word, is the same statement sent again, and changes nothing. */
  async write(ws: WorkspaceId, records: readonly ConsentRecord[], session: ClientSession): Promise<void> {
    if (records.length === 0) return;
    const docs = new Map(records.map((record) => toDoc(ws, record)).map((doc) => [doc._id, doc]));
    const known = await this.#records
      .find({ _id: { $in: [...docs.keys()] } }, { session, projection: { _id: 1 } })
      .toArray();
    for (const { _id } of known) docs.delete(_id);
    if (docs.size > 0) await this.#records.insertMany([...docs.values()], { session, ordered: false });
  }

  /** Files what these events stated of one profile under another. May be done again. */
  async move(
    ws: WorkspaceId,
    messageIds: readonly string[],
    { from, to }: { readonly from: ProfileId; readonly to: ProfileId },
  ): Promise<void> {
    if (messageIds.length === 0) return;
    const subject = subjectOf(ws, to);
    const said = await this.#records
      .find({ subject: subjectOf(ws, from), messageId: { $in: [...messageIds] } })
      .toArray();
    if (said.length === 0) return;
    const moved = said.map((doc) => ({
      ...doc,
      _id: `${subject}${doc._id.slice(doc.subject.length)}`,
      subject,
      profile: to,
    }));
    await insertNew(this.#records, moved);
    await this.#records.deleteMany({ _id: { $in: said.map(({ _id }) => _id) } });
  }

  /** What a person said, under every id they had: newest first by when it was said, one page. */
  async page(
    ws: WorkspaceId,
    profiles: readonly ProfileId[],
    limit: number,
    before?: number,
    skip = 0,
  ): Promise<ConsentRecordDoc[]> {
    const subject = { $in: profiles.map((id) => subjectOf(ws, id)) };
    const filter = { subject, ...(before !== undefined && { at: { $lt: before } }) };
    return this.#records.find(filter).sort({ at: -1, _id: -1 }).skip(skip).limit(limit).toArray();
  }
}

function toDoc(ws: WorkspaceId, record: ConsentRecord): ConsentRecordDoc {
  const { purpose, status, at, profile, proof } = record;
  const proofJson = proof && JSON.stringify(proof);
  const said = createHash('sha256')
    .update(JSON.stringify([purpose, status, at, proofJson ?? null]))
    .digest('base64url');
  const subject = subjectOf(ws, profile);
  return {
    ...omit(record, 'proof'),
    _id: `${subject}:${said}`,
    ws,
    subject,
    ...(proofJson !== undefined && { proofJson }),
  };
}
