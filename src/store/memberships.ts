import type { AnyBulkWriteOperation, ClientSession, Collection } from 'mongodb';
import { edgeKinds } from '../domain/audiences/edge';
import { isHidden } from '../domain/audiences/hidden-audience';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import { edgeWaitKey } from '../domain/journeys/wait-keys';
import type { HeldStay, MembershipEdge } from '../domain/profiles/change-set';
import type { MembershipDoc } from './documents';
import { anyOf } from './any-of';
import { unplacedAt } from './change-feeds';
import type { StoreConnection } from './open-store';

const docId = (ws: WorkspaceId, audience: string, profile: ProfileId, stay: number): string =>
  `${ws}:${audience}:${profile}:${stay}`;
const memberOf = (ws: WorkspaceId, audience: string): string => `${ws}:${audience}`;

/** Entering is version 1, 3, 5 …; leaving 2, 4, 6 …: both edges of a stay name the same document. */
const stayOf = (version: number): number => Math.ceil(version / 2);

export class MembershipRepository {
  readonly #memberships: Collection<MembershipDoc>;

  constructor({ db }: StoreConnection) {
    this.#memberships = db.collection<MembershipDoc>('memberships');
  }

  /** Entries first: leaving a stay that began in the same batch finds it. No two edges of one kind share a stay, so each kind is unordered. */
  async writeEdges(ws: WorkspaceId, edges: readonly MembershipEdge[], session: ClientSession): Promise<void> {
    // Mixed and ordered, every change of kind would be a round trip of its own.
    for (const kind of edgeKinds) {
      const writes = edges.filter(({ edge }) => edge === kind).map((edge) => toWrite(ws, edge));
      if (writes.length > 0) await this.#memberships.bulkWrite(writes, { session, ordered: false });
    }
  }

  /** After the edges, since it is of stays that are there. */
  async markHeldOut(ws: WorkspaceId, stays: readonly HeldStay[], session: ClientSession): Promise<void> {
    if (stays.length === 0) return;
    const writes = stays.map(({ audience, profile, version, isHeldOut }) => {
      const heldOutOf = memberOf(ws, audience);
      const filter = { _id: docId(ws, audience, profile, stayOf(version)), memberOf: heldOutOf };
      return { updateOne: { filter, update: isHeldOut ? { $set: { heldOutOf } } : { $unset: { heldOutOf: '' } } } };
    }) as AnyBulkWriteOperation<MembershipDoc>[];
    await this.#memberships.bulkWrite(writes, { session, ordered: false });
  }

  /** Of the members, how many are held out. */
  async heldOut(ws: WorkspaceId, audience: string): Promise<number> {
    return this.#memberships.countDocuments({ heldOutOf: memberOf(ws, audience) });
  }

  async size(ws: WorkspaceId, audience: string, session?: ClientSession): Promise<number> {
    return this.#memberships.countDocuments({ memberOf: memberOf(ws, audience) }, { ...(session && { session }) });
  }

  /** One page of present members, or of those who are held out, or are not. `after` is the last page's `cursor`. */
  async members(
    ws: WorkspaceId,
    audience: string,
    limit: number,
    after?: string,
    heldOut?: boolean,
    session?: ClientSession,
  ): Promise<(MembershipDoc & { cursor: string })[]> {
    const name = memberOf(ws, audience);
    const from = after !== undefined && { _id: { $gt: after } };
    const field = heldOut === true ? 'heldOutOf' : 'memberOf';
    const filter = { [field]: name, ...(heldOut === false && { heldOutOf: { $exists: false } }), ...from };
    const docs = await this.#memberships
      .find(filter, { ...(session && { session }) })
      .sort({ [field]: 1, _id: 1 })
      .limit(limit)
      .toArray();
    return docs.map((doc) => ({ ...doc, cursor: doc._id }));
  }

  /** Every stay of a person in an audience that somebody defined, newest first. */
  async ofProfile(ws: WorkspaceId, profiles: readonly ProfileId[]): Promise<MembershipDoc[]> {
    const docs = await this.#memberships.find({ subject: anyOf(profiles.map((id) => subjectOf(ws, id))) }).toArray();
    return docs.filter(({ audience }) => !isHidden(audience)).sort((a, b) => b.enteredAt - a.enteredAt);
  }

  /** Stays stored under these edge wait keys; the caller compares the seq of that edge with its cursor. */
  async underWaitKeys(waitKeys: readonly string[]): Promise<MembershipDoc[]> {
    if (waitKeys.length === 0) return [];
    const keys = anyOf(waitKeys);
    const [entered, exited] = await Promise.all([
      this.#memberships.find({ enteredWaitKey: keys }).toArray(),
      this.#memberships.find({ exitedWaitKey: keys }).toArray(),
    ]);
    return [...new Map([...entered, ...exited].map((doc) => [doc._id, doc])).values()];
  }

  /** Size at each instant: stays entered at or before it and not yet left. Exact, from the edges. */
  async sizesAt(
    ws: WorkspaceId,
    audience: string,
    instants: readonly number[],
  ): Promise<{ at: number; size: number }[]> {
    const sizes = instants.map(async (at) => ({
      at,
      size: await this.#memberships.countDocuments({
        ws,
        audience,
        enteredAt: { $lte: at },
        $or: [{ exitedAt: { $exists: false } }, { exitedAt: { $gt: at } }],
      }),
    }));
    return Promise.all(sizes);
  }
}

function toWrite(ws: WorkspaceId, edge: MembershipEdge): AnyBulkWriteOperation<MembershipDoc> {
  const { audience, profile, version, seq, at, cause } = edge;
  const _id = docId(ws, audience, profile, stayOf(version));
  const waitKey = edgeWaitKey(ws, profile, audience, edge.edge);
  const unplaced = unplacedAt(memberOf(ws, audience), at);
  if (edge.edge === 'exited')
    return {
      updateOne: {
        filter: { _id },
        update: {
          $set: { version, exitedAt: at, exitedSeq: seq, exitedCause: cause, exitedWaitKey: waitKey, unplaced },
          $unset: { memberOf: '', heldOutOf: '' },
        },
      },
    };
  const subject = subjectOf(ws, profile);
  const entered = { enteredAt: at, enteredSeq: seq, enteredCause: cause, enteredWaitKey: waitKey, unplaced };
  return {
    insertOne: {
      document: { _id, ws, audience, profile, subject, memberOf: memberOf(ws, audience), version, ...entered },
    },
  };
}
