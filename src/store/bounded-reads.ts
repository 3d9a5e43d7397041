import type { Collection, CollectionOptions, Db, Document } from 'mongodb';

const reads = ['find', 'findOne', 'aggregate', 'countDocuments'] as const;
type Read = (what: unknown, options?: object) => unknown;

/**
 * The same database, whose server gives up any read after `maxTimeMS` unless the read says otherwise; it then fails as
 * `MaxTimeMSExpired`. The driver has no default of this kind: its `timeoutMS` has no effect in version 7.
 */
export function boundReads(db: Db, maxTimeMS: number): Db {
  const collectionOf = db.collection.bind(db);
  const collection = <Doc extends Document>(name: string, options?: CollectionOptions): Collection<Doc> => {
    const opened = collectionOf<Doc>(name, options);
    for (const read of reads) {
      const unbounded = opened[read].bind(opened) as Read;
      const bounded: Read = (what, more) => unbounded(what, { maxTimeMS, ...more });
      Object.assign(opened, { [read]: bounded });
    }
    return opened;
  };
  return Object.assign(db, { collection });
}
