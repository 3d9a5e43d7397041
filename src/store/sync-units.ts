import { createHmac } from 'node:crypto';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { Unit } from '../domain/delivery/membership-units';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';
import { pairKey } from './sync-members';

interface SyncUnitDoc extends Unit {
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** `workspace:audience:destination`. */
  readonly pair: string;
  /** The vendor's audience it is in, where it has an id. */
  readonly external?: string;
  /** `pair:profile` of everybody the unit concerns. */
  readonly about: readonly string[];
  /** Operations ever begun: what deliveries are counted against. */
  readonly emitted: number;
}

/** What is kept in step: of another audience of the vendor nothing is known. */
export interface SyncTarget {
  readonly audience: string;
  readonly destination: string;
  readonly externalId?: string | undefined;
}

/** What each destination holds, as far as is known, membership by membership. */
export class SyncUnitRepository {
  readonly #units: Collection<SyncUnitDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#units = db.collection<SyncUnitDoc>('syncUnits');
    this.#masterKey = masterKey;
  }

  /** Names a membership within its pair and the vendor's audience, with no way back to the value. */
  unitId(type: string, value: string, externalId?: string): string {
    const name = ['unit', type, value, ...(externalId === undefined ? [] : [externalId])].join('\n');
    return createHmac('sha256', this.#masterKey).update(name).digest('base64url').slice(0, 22);
  }

  /**
   * The units that concern these profiles, and those with these ids: `here` in the target's audience, `elsewhere` in others that
   * the vendor kept for the pair before.
   */
  async concerning(
    ws: WorkspaceId,
    { audience, destination, externalId }: SyncTarget,
    profiles: readonly ProfileId[],
    ids: readonly string[],
  ): Promise<{ readonly here: Unit[]; readonly elsewhere: Unit[] }> {
    const pair = pairKey(ws, audience, destination);
    const [about, named] = await Promise.all([
      this.#units.find({ about: { $in: profiles.map((profile) => `${pair}:${profile}`) } }).toArray(),
      this.#units.find({ _id: { $in: ids.map((id) => `${pair}:${id}`) } }).toArray(),
    ]);
    const docs = [...new Map([...about, ...named].map((doc) => [doc._id, doc])).values()];
    const isHere = ({ external }: SyncUnitDoc): boolean => external === externalId;
    return { here: docs.filter(isHere).map(toUnit), elsewhere: docs.filter((doc) => !isHere(doc)).map(toUnit) };
  }

  /**
   * Writes units as they now are. `hasBegun` counts its operation, once, also when several workers that took each other for dead
   * begin it at the same time.
   */
  async write(
    ws: WorkspaceId,
    { audience, destination, externalId }: SyncTarget,
    units: readonly { readonly unit: Unit; readonly hasBegun: boolean }[],
  ): Promise<void> {
    if (units.length === 0) return;
    const pair = pairKey(ws, audience, destination);
    const operations = units.flatMap(({ unit, hasBegun }): AnyBulkWriteOperation<SyncUnitDoc>[] => {
      const { lastOperation, ...known } = unit;
      const { changedFor, wantedBy } = known;
      const profiles = changedFor === undefined ? wantedBy : [...new Set([...wantedBy, changedFor])];
      const about = profiles.map((profile) => `${pair}:${profile}`);
      const doc = { ...known, ws, pair, about, ...(externalId !== undefined && { external: externalId }) };
      const _id = `${pair}:${unit.id}`;
      const set = { updateOne: { filter: { _id }, update: { $set: doc, $setOnInsert: { emitted: 0 } }, upsert: true } };
      if (!hasBegun || lastOperation === undefined) return [set];
      const filter = { _id, lastOperation: { $ne: lastOperation } };
      return [set, { updateOne: { filter, update: { $set: { lastOperation }, $inc: { emitted: 1 } } } }];
    });
    await this.#units.bulkWrite(operations);
  }

  /**
   * Writes how operations ended, of units that wait for the end of these very operations. Of the others, another operation was begun
   * meanwhile, and which of the two the vendor got last is not known: they are in doubt, and answered as they then are.
   */
  async settle(ws: WorkspaceId, { audience, destination }: SyncTarget, units: readonly Unit[]): Promise<Unit[]> {
    if (units.length === 0) return [];
    const pair = pairKey(ws, audience, destination);
    const waiting = ({ id, lastOperation, doubts }: Unit) => ({
      _id: `${pair}:${id}`,
      lastOperation: lastOperation ?? { $exists: false },
      doubts: doubts ?? { $exists: false },
    });
    const updates = units.map((unit) => ({ updateOne: { filter: waiting(unit), update: { $set: unit } } }));
    const { matchedCount } = await this.#units.bulkWrite(updates, { ordered: false });
    if (matchedCount === units.length) return [];
    const asked = new Map(units.map((unit) => [unit.id, unit]));
    const found = await this.#units.find({ _id: { $in: units.map(({ id }) => `${pair}:${id}`) } }).toArray();
    const overtaken = found.map(toUnit).filter(({ id, lastOperation, doubts }) => {
      const mine = asked.get(id);
      return mine?.lastOperation !== lastOperation || mine?.doubts !== doubts;
    });
    const _ids = overtaken.map(({ id }) => `${pair}:${id}`);
    await this.#units.updateMany({ _id: { $in: _ids } }, { $set: { state: 'changing' }, $inc: { doubts: 1 } });
    return overtaken;
  }

  /**
   * Takes people out of what is known of their memberships: what they were known by goes with the last of them, what counts
   * operations stays.
   */
  async forget(pair: string, profiles: readonly ProfileId[]): Promise<void> {
    const about = profiles.map((profile) => `${pair}:${profile}`);
    if (about.length === 0) return;
    const found = await this.#units.find({ about: { $in: about } }, { projection: { _id: 1 } }).toArray();
    const _id = { $in: found.map((unit) => unit._id) };
    await this.#units.updateMany({ _id }, { $pull: { about: { $in: about }, wantedBy: { $in: [...profiles] } } });
    const nobodys = { _id, about: { $size: 0 } };
    await this.#units.updateMany(nobodys, { $set: { identifiers: {} }, $unset: { changedFor: '' } });
  }

  /** How many memberships the destination holds, and how many operations were ever begun. */
  async counts(ws: WorkspaceId, audience: string, destination: string): Promise<{ held: number; emitted: number }> {
    const [row] = await this.#units
      .aggregate<{ held: number; emitted: number }>([
        { $match: { pair: pairKey(ws, audience, destination) } },
        {
          $group: {
            _id: null,
            held: { $sum: { $cond: [{ $eq: ['$state', 'held'] }, 1, 0] } },
            emitted: { $sum: '$emitted' },
          },
        },
      ])
      .toArray();
    return { held: row?.held ?? 0, emitted: row?.emitted ?? 0 };
  }
}

function toUnit({ _id, ws, pair, external, about, emitted, ...unit }: SyncUnitDoc): Unit {
  void [_id, ws, pair, external, about, emitted];
  return unit;
}
