import { createHash } from 'node:crypto';
import type { Collection } from 'mongodb';
import type { Json } from '../domain/json';
import { insertOnce } from './insert-once';
import type { StoreConnection } from './open-store';
import { sealSecrets, unsealSecrets } from './seal';

/** Which request is meant: the same key of another sender, or for another path, is another. */
export interface RequestName {
  /** The workspace and key that ask; `root` where there is neither. */
  readonly principal: string;
  /** Method and path with query. */
  readonly what: string;
  /** As the sender chose it. */
  readonly key: string;
}

/** An answer as it was given. */
export interface StoredAnswer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IdempotencyDoc {
  readonly _id: string;
  /** SHA-256 of what was asked: the same key may not mean two things. */
  readonly bodyHash: string;
  /** Which try this is. */
  readonly startedAt: number;
  /** When whoever carries it out last said that they still do; absent when they have not had to. */
  readonly aliveAt?: number;
  /** AES-256-GCM envelope of the answer's JSON, which may show a key or a person; absent while the request is carried out. */
  readonly sealedAnswer?: string;
  /** It was carried out, and the answer could not be kept. */
  readonly isDone?: boolean;
  /** A date, since only of dates the store's own sweep takes notice. */
  readonly expiresAt: Date;
}

/** What is known of a request: it is ours to carry out, it is under way, it is done, with or without its answer, or its key was used for another. */
export type Claim = 'ours' | 'under-way' | 'answer-lost' | 'other-body' | StoredAnswer;

/** A try of which nothing was heard for so long has ended with its process. */
const abandonedMs = 60_000;
/** How often whoever carries out a request says so: often enough that a slow store or a busy process is not taken for a dead one. */
export const renewEveryMs = abandonedMs / 4;

/** Answers to requests that must be carried out once, by the key their sender gave them. Deleted by the store when they expire. */
export class IdempotencyRepository {
  readonly #requests: Collection<IdempotencyDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#requests = db.collection<IdempotencyDoc>('idempotency');
    this.#masterKey = masterKey;
  }

  async claim(
    name: RequestName,
    body: unknown,
    { now, keepMs }: { readonly now: number; readonly keepMs: number },
  ): Promise<Claim> {
    const doc = { _id: idOf(name), bodyHash: digestOf(JSON.stringify(body ?? null)), startedAt: now };
    const expiresAt = new Date(now + keepMs);
    const found = await this.#insert({ ...doc, expiresAt });
    if (!found) return 'ours';
    const known = found.expiresAt.getTime() > now ? this.#stateOf(found, doc.bodyHash, now) : undefined;
    if (known !== undefined) return known;
    const { _id, startedAt, aliveAt } = found;
    const taken = await this.#requests.updateOne(
      { _id, startedAt, aliveAt: aliveAt ?? { $exists: false } },
      {
        $set: { startedAt: now, bodyHash: doc.bodyHash, expiresAt },
        $unset: { sealedAnswer: '', isDone: '', aliveAt: '' },
      },
    );
    return taken.modifiedCount === 1 ? 'ours' : 'under-way';
  }

  /** Says that a try is still under way, which keeps others from taking it over. */
  async renew(name: RequestName, startedAt: number, now: number): Promise<void> {
    await this.#requests.updateOne({ _id: idOf(name), startedAt }, { $set: { aliveAt: now } });
  }

  /** What of a request that was made before; `undefined` when its try has ended with its process. */
  #stateOf(found: IdempotencyDoc, bodyHash: string, now: number): Claim | undefined {
    if (found.bodyHash !== bodyHash) return 'other-body';
    if (found.sealedAnswer !== undefined) return this.#answerOf(found, found.sealedAnswer);
    if (found.isDone) return 'answer-lost';
    return (found.aliveAt ?? found.startedAt) > now - abandonedMs ? 'under-way' : undefined;
  }

  async keep(name: RequestName, startedAt: number, answer: StoredAnswer): Promise<void> {
    const _id = idOf(name);
    const sealedAnswer = sealSecrets(this.#masterKey, `idempotency:${_id}`, { answer: JSON.stringify(answer) });
    await this.#requests.updateOne({ _id, startedAt }, { $set: { sealedAnswer } });
  }

  /** Nobody may carry it out again, though there is no answer to repeat. */
  async markDone(name: RequestName, startedAt: number): Promise<void> {
    await this.#requests.updateOne({ _id: idOf(name), startedAt }, { $set: { isDone: true } });
  }

  /** What failed may be asked again under the same key. */
  async forget(name: RequestName, startedAt: number): Promise<void> {
    await this.#requests.deleteOne({ _id: idOf(name), startedAt });
  }

  /** Answers what is there already; `undefined` when nothing was. */
  async #insert(doc: IdempotencyDoc): Promise<IdempotencyDoc | undefined> {
    if (await insertOnce(this.#requests, doc)) return undefined;
    // Deleted in between: whoever held it has failed, or it has expired.
    return (await this.#requests.findOne({ _id: doc._id })) ?? doc;
  }

  #answerOf({ _id }: IdempotencyDoc, sealed: string): StoredAnswer {
    const { answer = '' } = unsealSecrets(this.#masterKey, `idempotency:${_id}`, sealed);
    return JSON.parse(answer) as StoredAnswer;
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The principal first, so that a workspace's are one range; the rest hashed, since a path may name a person. */
const idOf = ({ principal, what, key }: RequestName): string => `${principal}:${digestOf(`${what}\n${key}`)}`;
