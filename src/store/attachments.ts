import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { AttachmentDoc } from './documents';
import type { StoreConnection } from './open-store';

export type AttachmentContent = Omit<
  AttachmentDoc,
  | '_id'
  | 'ws'
  | 'sinceRuleset'
  | 'createdAt'
  | 'updatedAt'
  | 'detachedAt'
  | 'emptiedAt'
  | 'throttledUntil'
  | 'creatingSince'
>;

const docId = (ws: WorkspaceId, audience: string, destination: string): string => `${ws}:${audience}:${destination}`;

/** Which audiences are kept in step with which destinations. */
export class AttachmentRepository {
  readonly #attachments: Collection<AttachmentDoc>;

  constructor({ db }: StoreConnection) {
    this.#attachments = db.collection<AttachmentDoc>('attachments');
  }

  async list(ws: WorkspaceId): Promise<AttachmentDoc[]> {
    return this.#attachments
      .find({ ws, detachedAt: { $exists: false } })
      .sort({ audience: 1, destination: 1 })
      .toArray();
  }

  async ofAudience(ws: WorkspaceId, audience: string, session?: ClientSession): Promise<AttachmentDoc[]> {
    const filter = { ws, audience: { $eq: audience }, detachedAt: { $exists: false } };
    return this.#attachments
      .find(filter, { ...(session && { session }) })
      .sort({ destination: 1 })
      .toArray();
  }

  /** Every pair that ever was. */
  async listEver(ws: WorkspaceId, session?: ClientSession): Promise<AttachmentDoc[]> {
    return this.#attachments.find({ ws }, { ...(session && { session }) }).toArray();
  }

  /** Also those that were detached: what their leaving asks of the destination may still have to get there. */
  async everOfDestination(ws: WorkspaceId, destination: string, session?: ClientSession): Promise<AttachmentDoc[]> {
    return this.#attachments
      .find({ ws, destination: { $eq: destination } }, { ...(session && { session }) })
      .sort({ audience: 1 })
      .toArray();
  }

  async find(
    ws: WorkspaceId,
    audience: string,
    destination: string,
    session?: ClientSession,
  ): Promise<AttachmentDoc | undefined> {
    const found = await this.findEver(ws, audience, destination, session);
    return found?.detachedAt === undefined ? found : undefined;
  }

  /** Also one that was detached: what it said of leaving still holds for what the destination keeps. */
  async findEver(
    ws: WorkspaceId,
    audience: string,
    destination: string,
    session?: ClientSession,
  ): Promise<AttachmentDoc | undefined> {
    const _id = docId(ws, audience, destination);
    return (await this.#attachments.findOne({ _id }, { ...(session && { session }) })) ?? undefined;
  }

  async save(
    ws: WorkspaceId,
    content: AttachmentContent,
    { sinceRuleset, now }: { readonly sinceRuleset: number; readonly now: number },
    session: ClientSession,
  ): Promise<AttachmentDoc> {
    const before = await this.findEver(ws, content.audience, content.destination, session);
    const createdAt = before && before.detachedAt === undefined ? before.createdAt : now;
    const ongoing = before ? ongoingOf(before) : {};
    const _id = docId(ws, content.audience, content.destination);
    const doc: AttachmentDoc = { ...content, ...ongoing, _id, ws, sinceRuleset, createdAt, updatedAt: now };
    if (before) await this.#attachments.replaceOne({ _id }, doc, { session });
    else await this.#attachments.insertOne(doc, { session });
    return doc;
  }

  /** Has everybody's wishes looked at again, where attachments need this purpose, by themselves or by these destinations. */
  async markChanged(
    ws: WorkspaceId,
    { purpose, destinations }: { readonly purpose?: string; readonly destinations: readonly string[] },
    sinceRuleset: number,
    session: ClientSession,
  ): Promise<void> {
    const byDestination = { purpose: { $exists: false }, destination: { $in: [...destinations] } };
    const $or = [byDestination, ...(purpose === undefined ? [] : [{ purpose: { $eq: purpose } }])];
    await this.#attachments.updateMany(
      { ws, detachedAt: { $exists: false }, $or },
      { $set: { sinceRuleset } },
      { session },
    );
  }

  /** The same for all that are attached to one destination. */
  async markChangedAt(
    ws: WorkspaceId,
    destination: string,
    sinceRuleset: number,
    session: ClientSession,
  ): Promise<void> {
    const filter = { ws, destination: { $eq: destination }, detachedAt: { $exists: false } };
    await this.#attachments.updateMany(filter, { $set: { sinceRuleset } }, { session });
  }

  /** The vendor's id of an audience that was created there. */
  async setExternalId(
    ws: WorkspaceId,
    audience: string,
    destination: string,
    externalId: string,
    session?: ClientSession,
  ): Promise<void> {
    const _id = docId(ws, audience, destination);
    const update = { $set: { externalId }, $unset: { creatingSince: '' } } as const;
    await this.#attachments.updateOne({ _id }, update, { ...(session && { session }) });
  }

  /** Answers false when somebody else has begun to create the vendor's audience since the attachment was read. */
  async beginCreating({ _id, creatingSince }: AttachmentDoc, now: number): Promise<boolean> {
    const filter = { _id, creatingSince: creatingSince ?? { $exists: false } };
    const { matchedCount } = await this.#attachments.updateOne(filter, { $set: { creatingSince: now } });
    return matchedCount === 1;
  }

  /** The vendor has certainly not created it. */
  async endCreating(ws: WorkspaceId, audience: string, destination: string): Promise<void> {
    const _id = docId(ws, audience, destination);
    await this.#attachments.updateOne({ _id }, { $unset: { creatingSince: '' } });
  }

  /** Nothing is sent before `until`. */
  async throttle(ws: WorkspaceId, audience: string, destination: string, until: number): Promise<void> {
    const _id = docId(ws, audience, destination);
    await this.#attachments.updateOne({ _id }, { $max: { throttledUntil: until } });
  }

  /** Wishes of rulesets before `sinceRuleset` are those of the attachment that ends. */
  async detach(
    { _id }: AttachmentDoc,
    { sinceRuleset, now }: { readonly sinceRuleset: number; readonly now: number },
    session: ClientSession,
  ): Promise<void> {
    await this.#attachments.updateOne(
      { _id },
      { $set: { detachedAt: now, updatedAt: now, sinceRuleset } },
      { session },
    );
  }

  /** Unless it was attached again meanwhile. */
  async markEmptied({ _id, sinceRuleset }: AttachmentDoc, now: number): Promise<void> {
    await this.#attachments.updateOne({ _id, sinceRuleset }, { $set: { emptiedAt: now } });
  }
}

/** What a new wording of the attachment does not end. */
function ongoingOf({ throttledUntil, creatingSince }: AttachmentDoc) {
  return {
    ...(throttledUntil !== undefined && { throttledUntil }),
    ...(creatingSince !== undefined && { creatingSince }),
  };
}
