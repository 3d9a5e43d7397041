import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, ClientSession, Collection } from 'mongodb';
import { profileId, type ProfileId, type WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { Pointer, ProfileWrite } from '../domain/profiles/change-set';
import type { Profile } from '../domain/profiles/profile';
import type { RulesetState } from '../domain/profiles/ruleset-state';
import { workingFields, type ProfileDoc } from './documents';
import { exposedToField } from './impact-experiments';
import { differsField } from './prepared-profiles';
import { GatheredDocs } from './gathered-reads';
import type { StoreConnection } from './open-store';

const docId = (ws: WorkspaceId, id: ProfileId): string => `${ws}:${id}`;
/** What tells where somebody stands: the rest of a document may be many times as long. */
const standingFields = {
  ...{ id: 1, lineage: 1, identifiers: 1, memberships: 1, rulesetVersion: 1, hasEnrollments: 1 },
  ...{ restrictedAt: 1, wasNamed: 1, mergedInto: 1, erasedAt: 1, prepared: 1, evaluatedAt: 1 },
  ...{ consent: 1, holdouts: 1 },
} as const;
export type Standing = Pick<Profile, Exclude<keyof typeof standingFields, 'mergedInto' | 'erasedAt'>>;

const living = { mergedInto: { $exists: false }, erasedAt: { $exists: false } } as const;

/** Of fewer documents than these the number is counted whenever it is asked for. */
const countedAnew = 10_000;

export class ProfileRepository {
  readonly #profiles: Collection<ProfileDoc>;

  readonly #docs: GatheredDocs<ProfileDoc>;
  readonly #standings: GatheredDocs<ProfileDoc>;

  readonly #counts = new LRUCache<WorkspaceId, number>({ max: 1_000, ttl: 30_000 });

  constructor({ db }: StoreConnection) {
    this.#profiles = db.collection<ProfileDoc>('profiles');
    this.#docs = new GatheredDocs(this.#profiles);
    this.#standings = new GatheredDocs(this.#profiles, standingFields);
  }

  async byIds(ws: WorkspaceId, ids: readonly ProfileId[], session?: ClientSession): Promise<Profile[]> {
    if (ids.length === 0) return [];
    const filter = { _id: { $in: ids.map((id) => docId(ws, id)) } };
    const docs = await this.#profiles.find(filter, { ...(session && { session }) }).toArray();
    return docs.map(toProfile);
  }

  /** The living profile behind an id: an absorbed one answers with its survivor, an erased one not at all. */
  async canonical(ws: WorkspaceId, id: ProfileId, session?: ClientSession): Promise<Profile | undefined> {
    const found = await this.canonicalEver(ws, id, session);
    return found?.erasedAt === undefined ? found : undefined;
  }

  /** Also one that was erased. */
  async canonicalEver(ws: WorkspaceId, id: ProfileId, session?: ClientSession): Promise<Profile | undefined> {
    const doc = await this.#docs.find(docId(ws, id), session);
    const found = doc && toProfile(doc);
    return found?.mergedInto ? this.canonicalEver(ws, found.mergedInto, session) : found;
  }

  /** Like `canonical`, of the person's audiences and what goes with them. */
  async standing(ws: WorkspaceId, id: ProfileId): Promise<Standing | undefined> {
    const found = await this.#standings.find(docId(ws, id));
    if (found?.mergedInto) return this.standing(ws, found.mergedInto);
    return found && found.erasedAt === undefined ? found : undefined;
  }

  /** Like `canonical` for many; the map's keys are the ids asked for. */
  async canonicalOf(
    ws: WorkspaceId,
    ids: readonly ProfileId[],
    session?: ClientSession,
  ): Promise<Map<ProfileId, Profile>> {
    const found = new Map((await this.byIds(ws, [...new Set(ids)], session)).map((profile) => [profile.id, profile]));
    const targets = [...found.values()].flatMap((profile) => profile.mergedInto ?? []).filter((id) => !found.has(id));
    const further = targets.length > 0 ? await this.canonicalOf(ws, targets, session) : new Map<ProfileId, Profile>();
    const resolve = (id: ProfileId): Profile | undefined => {
      const profile = found.get(id) ?? further.get(id);
      return profile?.mergedInto && profile.mergedInto !== id ? resolve(profile.mergedInto) : profile;
    };
    return new Map(
      ids.flatMap((id) => {
        const profile = resolve(id);
        return profile && profile.erasedAt === undefined ? [[id, profile] as const] : [];
      }),
    );
  }

  /** Writes whole documents, each under the revision that was read. Answers how many matched; fewer means a conflict. */
  async write(ws: WorkspaceId, writes: readonly ProfileWrite[], session: ClientSession): Promise<number> {
    if (writes.length === 0) return 0;
    const operations = writes.map(({ profile, readRev }): AnyBulkWriteOperation<ProfileDoc> => {
      const document = toDoc(ws, profile);
      return readRev === undefined
        ? { insertOne: { document } }
        : { replaceOne: { filter: { _id: document._id, rev: readRev }, replacement: document } };
    });
    const result = await this.#profiles.bulkWrite(operations, { session, ordered: false });
    return result.insertedCount + result.matchedCount;
  }

  /** Has tombstones lead to whom they are part of. */
  async point(ws: WorkspaceId, pointers: readonly Pointer[], session: ClientSession): Promise<void> {
    for (const { from, to } of pointers) {
      const filter = { _id: { $in: from.map((id) => docId(ws, id)) }, mergedInto: { $exists: true } };
      await this.#profiles.updateMany(filter, { $set: { mergedInto: to } }, { session });
    }
  }

  /** Profiles of these slots, `from` inclusive and `to` exclusive, whose membership may change by time alone; most overdue first. */
  async due(
    now: number,
    limit: number,
    slots: { from: number; to: number },
  ): Promise<{ ws: WorkspaceId; id: ProfileId; dueAt: number }[]> {
    const rows = await this.#profiles
      .find(
        { nextCheckAt: { $gte: 0, $lte: now }, slot: { $gte: slots.from, $lt: slots.to } },
        { projection: { ws: 1, id: 1, nextCheckAt: 1 } },
      )
      .sort({ nextCheckAt: 1 })
      .limit(limit)
      .toArray();
    return rows.map((row) => ({ ws: row.ws, id: profileId(row.id), dueAt: row.nextCheckAt ?? now }));
  }

  /** Looks at a profile again later; whoever writes it meanwhile sets its own time. */
  async postpone(ws: WorkspaceId, id: ProfileId, until: number): Promise<void> {
    await this.#profiles.updateOne(
      { _id: docId(ws, id), nextCheckAt: { $lte: until } },
      { $set: { nextCheckAt: until } },
    );
  }

  /** Has the clock look at these next. Raises their revision, so that whoever has read what decided before reads it again. */
  async makeDue(ws: WorkspaceId, ids: readonly ProfileId[], now: number, session?: ClientSession): Promise<void> {
    if (ids.length === 0) return;
    const filter = { _id: { $in: ids.map((id) => docId(ws, id)) } };
    await this.#profiles.updateMany(
      filter,
      { $set: { nextCheckAt: now }, $inc: { rev: 1 } },
      { ...(session && { session }) },
    );
  }

  /** Somebody has a run now that no event of theirs began. Raises their revision, as `makeDue` does. Answers whether they are there. */
  async noteEnrollments(ws: WorkspaceId, id: ProfileId, session: ClientSession): Promise<boolean> {
    const $set = { hasEnrollments: true };
    const filter = { _id: docId(ws, id), ...living };
    return (await this.#profiles.updateOne(filter, { $set, $inc: { rev: 1 } }, { session })).matchedCount === 1;
  }

  /**
   * Has the back-fill look at these again, as if they had last been evaluated under the rules of that version. Who was evaluated under the
   * version that prepared rules switched from counts as brought to these, and nothing looks for them again: they go behind that, but for
   * whom the switch itself moves, who are looked for. Nor may what is prepared of them by now be taken for what was prepared then.
   */
  async makeBehind(ws: WorkspaceId, ids: readonly ProfileId[], { version, switchedFrom }: RulesetState): Promise<void> {
    if (ids.length === 0) return;
    const isSwitch = version === switchedFrom;
    const rulesetVersion = isSwitch ? version - 1 : version;
    const filter = {
      ...{ _id: { $in: ids.map((id) => docId(ws, id)) }, rulesetVersion: { $gt: rulesetVersion } },
      ...(isSwitch && { $or: [{ rulesetVersion: { $ne: version } }, { differs: { $exists: false } }] }),
    };
    await this.#profiles.updateMany(filter, { $set: { rulesetVersion }, $inc: { rev: 1 } });
  }

  async page(ws: WorkspaceId, limit: number, after?: ProfileId): Promise<Profile[]> {
    const range = { $gt: after ? docId(ws, after) : `${ws}:`, $lt: `${ws};` };
    const docs = await this.#profiles
      .find({ _id: range, ...living })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return docs.map(toProfile);
  }

  /**
   * About how many documents a workspace has, those of absorbed and erased profiles among them. Counted anew each time, by index alone, unless
   * they are many: an embedded store takes a second for a hundred thousand, and the answer may then be some half a minute old.
   */
  async roughCount(ws: WorkspaceId): Promise<number> {
    const known = this.#counts.get(ws);
    if (known !== undefined) return known;
    const count = await this.#profiles.countDocuments({ ws });
    if (count >= countedAnew) this.#counts.set(ws, count);
    return count;
  }

  /** The living ones whose ids begin between two texts, the first inclusive, and how many documents there are between. */
  async between(ws: WorkspaceId, from: string, to: string): Promise<{ read: number; living: Profile[] }> {
    const range = { $gte: `${ws}:prf_${from}`, $lt: `${ws}:prf_${to}` };
    const docs = await this.#profiles.find({ _id: range }).toArray();
    const isLiving = ({ mergedInto, erasedAt }: ProfileDoc): boolean =>
      mergedInto === undefined && erasedAt === undefined;
    return { read: docs.length, living: docs.filter(isLiving).map(toProfile) };
  }

  /** Of those that nobody refers to any more: where nothing is, nothing can be written anew either. */
  async removeTombstones(ws: WorkspaceId, ids: readonly ProfileId[]): Promise<void> {
    if (ids.length === 0) return;
    const _id = { $in: ids.map((id) => docId(ws, id)) };
    await this.#profiles.deleteMany({
      _id,
      $or: [{ erasedAt: { $exists: true } }, { mergedInto: { $exists: true } }],
    });
  }

  async count(ws: WorkspaceId): Promise<number> {
    return this.#profiles.countDocuments({ ws, ...living });
  }
}

function toDoc(ws: WorkspaceId, profile: Profile): ProfileDoc {
  const { states, edgeCounts, checks } = profile;
  const workingJson = JSON.stringify({ states, edgeCounts, checks });
  const differs = differsField(ws, profile.prepared);
  const exposed = exposedToField(ws, profile.experiments);
  return { ...omit(profile, ...workingFields), workingJson, ...differs, ...exposed, _id: docId(ws, profile.id), ws };
}

/** A document that a process of before version 1 wrote, during an upgrade, has those fields of its own. */
function toProfile(doc: ProfileDoc): Profile {
  const { workingJson, ...profile } = omit(doc, '_id', 'ws', 'differs', 'exposedTo');
  if (workingJson === undefined) return { edgeCounts: {}, ...profile, states: {}, rulesetVersion: 0 };
  return { ...profile, ...(JSON.parse(workingJson) as Pick<Profile, (typeof workingFields)[number]>) };
}
