import { createHash } from 'node:crypto';
import type { ClientSession, Collection, Filter } from 'mongodb';
import type { Suppression, SuppressionReason, SuppressionScope } from '../domain/consent/suppression';
import type { Identifier } from '../domain/events/event';
import { identifierName } from '../domain/identity/identifier-types';
import type { WorkspaceId } from '../domain/ids';
import { identifierKey } from './identifier-key';
import type { StoreConnection } from './open-store';

/** One entry of the suppression list. Of the identifier only its HMAC and a hint are kept: the list holds people who want no more of us. */
export interface SuppressionDoc extends Suppression {
  /** Key of the identifier, scope and reason: there is one entry for each, so that no reason takes the place of another. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly id: string;
  /** `workspace:HMAC(type:value)`, as of identifiers. */
  readonly identifier: string;
  readonly type: string;
  /** Enough for somebody who knows the value to recognise it. */
  readonly hint: string;
}

export interface NewSuppression extends Suppression {
  readonly identifier: Identifier;
}

export interface SuppressionFilter {
  readonly scope?: SuppressionScope;
  readonly reason?: SuppressionReason;
  readonly type?: string;
}

/** Who must not be reached, whatever they consent to. Asked by `identifier`, one indexed string. */
export class SuppressionRepository {
  readonly #suppressions: Collection<SuppressionDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#suppressions = db.collection<SuppressionDoc>('suppressions');
    this.#masterKey = masterKey;
  }

  /** Whether there is any entry: a workspace without costs its writers one look. */
  async hasAny(ws: WorkspaceId): Promise<boolean> {
    return (await this.#suppressions.findOne({ ws }, { projection: { _id: 1 } })) !== null;
  }

  /** Every entry about these identifiers by `identifierName`, also those that have ended; names without any are absent. */
  async check(ws: WorkspaceId, identifiers: readonly Identifier[]): Promise<Map<string, Suppression[]>> {
    const names = new Map(identifiers.map((one) => [this.#key(ws, one), identifierName(one)]));
    const found = new Map<string, Suppression[]>();
    if (names.size === 0) return found;
    for (const doc of await this.#suppressions.find({ identifier: { $in: [...names.keys()] } }).toArray()) {
      const name = names.get(doc.identifier) ?? '';
      found.set(name, [...(found.get(name) ?? []), doc]);
    }
    return found;
  }

  /** The entries about these identifiers, as they are kept. */
  async about(ws: WorkspaceId, identifiers: readonly Identifier[], session?: ClientSession): Promise<SuppressionDoc[]> {
    const keys = identifiers.map((identifier) => this.#key(ws, identifier));
    return this.#suppressions
      .find({ identifier: { $in: keys } }, { ...(session && { session }) })
      .sort({ _id: 1 })
      .toArray();
  }

  /** Adds entries; of those about the same identifier, for the same scope and reason, the one that ends later stays. */
  async save(ws: WorkspaceId, entries: readonly NewSuppression[], session: ClientSession): Promise<void> {
    const docs = entries.map((entry) => this.#toDoc(ws, entry));
    if (docs.length === 0) return;
    const ids = [...new Set(docs.map(({ _id }) => _id))];
    const present = await this.#suppressions.find({ _id: { $in: ids } }, { session }).toArray();
    const latest = new Map(present.map((doc) => [doc._id, doc]));
    for (const doc of docs) if (endOf(doc) >= endOf(latest.get(doc._id))) latest.set(doc._id, doc);
    await this.#suppressions.bulkWrite(
      [...latest.values()].map((doc) => ({
        replaceOne: { filter: { _id: doc._id }, replacement: doc, upsert: true },
      })),
      { session, ordered: false },
    );
  }

  async remove(docs: readonly Pick<SuppressionDoc, '_id'>[], session: ClientSession): Promise<void> {
    if (docs.length > 0) await this.#suppressions.deleteMany({ _id: { $in: docs.map(({ _id }) => _id) } }, { session });
  }

  async byId(ws: WorkspaceId, id: string, session?: ClientSession): Promise<SuppressionDoc | undefined> {
    return (await this.#suppressions.findOne({ ws, id: { $eq: id } }, { ...(session && { session }) })) ?? undefined;
  }

  /** Newest first, one page. */
  async page(
    ws: WorkspaceId,
    filter: SuppressionFilter,
    limit: number,
    before?: number,
    skip = 0,
  ): Promise<SuppressionDoc[]> {
    const query: Filter<SuppressionDoc> = { ...filter, ws, ...(before !== undefined && { at: { $lt: before } }) };
    return this.#suppressions.find(query).sort({ at: -1 }).skip(skip).limit(limit).toArray();
  }

  #key(ws: WorkspaceId, identifier: Identifier): string {
    return identifierKey(this.#masterKey, ws, identifier);
  }

  #toDoc(ws: WorkspaceId, { identifier, ...entry }: NewSuppression): SuppressionDoc {
    const key = this.#key(ws, identifier);
    const _id = `${key}:${entry.scope}:${entry.reason}`;
    const id = `sup_${createHash('sha256').update(_id).digest('base64url').slice(0, 22)}`;
    return { ...entry, _id, ws, id, identifier: key, type: identifier.type, hint: hintOf(identifier) };
  }
}

/** When it ends: never unless set, and what is not there has long ended. */
const endOf = (entry?: Pick<Suppression, 'expiresAt'>): number => (entry ? (entry.expiresAt ?? Infinity) : -Infinity);

/** `a•••@•••.com`, `•••21`: too little to reach anybody. */
function hintOf({ type, value }: Identifier): string {
  const [first = ''] = value;
  if (type === 'email') return `${first}•••@•••${/\.[a-z]{2,}$/.exec(value)?.[0] ?? ''}`;
  return type === 'phone' ? `•••${value.slice(-2)}` : `${value.length > 4 ? first : ''}•••`;
}
