import type { AnyBulkWriteOperation, ClientSession, Collection } from 'mongodb';
import { groupName, type Group, type GroupRef, type GroupType } from '../domain/groups/group';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { GroupMemberWrite, GroupWrite } from '../domain/profiles/change-set';
import type { StoreConnection } from './open-store';

interface GroupDoc extends Group {
  readonly _id: string;
  readonly ws: WorkspaceId;
}

/** Lists the members of a group; whether somebody is one stands in their profile. */
interface GroupMemberDoc {
  /** The group, then the profile. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** `workspace:type:key`. */
  readonly group: string;
  readonly profile: ProfileId;
  readonly since: number;
}

export interface ListedMember {
  readonly profile: ProfileId;
  readonly since: number;
}

const docId = (ws: WorkspaceId, ref: GroupRef): string => `${ws}:${groupName(ref)}`;

/** Households and accounts, and who is in them. */
export class GroupRepository {
  readonly #groups: Collection<GroupDoc>;
  readonly #members: Collection<GroupMemberDoc>;

  constructor({ db }: StoreConnection) {
    this.#groups = db.collection<GroupDoc>('groups');
    this.#members = db.collection<GroupMemberDoc>('groupMembers');
  }

  async read(ws: WorkspaceId, refs: readonly GroupRef[], session?: ClientSession): Promise<Group[]> {
    if (refs.length === 0) return [];
    const filter = { _id: { $in: refs.map((ref) => docId(ws, ref)) } };
    const docs = await this.#groups.find(filter, { ...(session && { session }) }).toArray();
    return docs.map(toGroup);
  }

  async find(ws: WorkspaceId, ref: GroupRef): Promise<Group | undefined> {
    const [found] = await this.read(ws, [ref]);
    return found;
  }

  /** Writes whole groups, each under the revision that was read; those without members go. Answers how many matched. */
  async write(ws: WorkspaceId, writes: readonly GroupWrite[], session: ClientSession): Promise<number> {
    if (writes.length === 0) return 0;
    const operations = writes.map(({ group, readRev }): AnyBulkWriteOperation<GroupDoc> => {
      const document = { ...group, _id: docId(ws, group), ws };
      if (readRev === undefined) return { insertOne: { document } };
      const filter = { _id: document._id, rev: readRev };
      return group.memberCount > 0 ? { replaceOne: { filter, replacement: document } } : { deleteOne: { filter } };
    });
    const result = await this.#groups.bulkWrite(operations, { session, ordered: false });
    return result.insertedCount + result.matchedCount + result.deletedCount;
  }

  /** In the order of the writes: a profile that leaves for another one that joins are two rows. */
  async writeMembers(ws: WorkspaceId, writes: readonly GroupMemberWrite[], session: ClientSession): Promise<void> {
    if (writes.length === 0) return;
    const operations = writes.map(({ profile, since, ...ref }): AnyBulkWriteOperation<GroupMemberDoc> => {
      const group = docId(ws, ref);
      const _id = `${group}:${profile}`;
      if (since === undefined) return { deleteOne: { filter: { _id } } };
      return { replaceOne: { filter: { _id }, replacement: { ws, group, profile, since }, upsert: true } };
    });
    await this.#members.bulkWrite(operations, { session, ordered: false });
  }

  /** Groups of one type by key. */
  async page(ws: WorkspaceId, type: GroupType, limit: number, after?: string): Promise<Group[]> {
    const range = {
      $gt: after === undefined ? `${ws}:${type}:` : docId(ws, { type, key: after }),
      $lt: `${ws}:${type};`,
    };
    const docs = await this.#groups.find({ _id: range }).sort({ _id: 1 }).limit(limit).toArray();
    return docs.map(toGroup);
  }

  /** Members by profile id. */
  async members(ws: WorkspaceId, ref: GroupRef, limit: number, after?: string): Promise<ListedMember[]> {
    const group = docId(ws, ref);
    const filter = { group, ...(after !== undefined && { _id: { $gt: `${group}:${after}` } }) };
    const docs = await this.#members.find(filter).sort({ group: 1, _id: 1 }).limit(limit).toArray();
    return docs.map(({ profile, since }) => ({ profile, since }));
  }

  /** The first to join, in that order. */
  async firstMembers(ws: WorkspaceId, ref: GroupRef, limit: number): Promise<ListedMember[]> {
    const inOrder = { group: 1, since: 1, _id: 1 } as const;
    const docs = await this.#members
      .find({ group: docId(ws, ref) })
      .sort(inOrder)
      .limit(limit)
      .toArray();
    return docs.map(({ profile, since }) => ({ profile, since }));
  }
}

const toGroup = (doc: GroupDoc): Group => omit(doc, '_id', 'ws');
