// npm run backup -- <folder>: everything in the database, as it was at one instant. Heddle may go on meanwhile.
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { fileOf, keyFingerprint, manifestFile, openDatabase, sha256Of } from './backup-format.mjs';
import { main, step, Stop } from './terminal.mjs';

const tooSlow = new Set(['SnapshotTooOld', 'SnapshotUnavailable', 'NoSuchTransaction', 'TransactionTooOld']);

await main(async () => {
  const folder = process.argv[2];
  if (!folder) throw new Stop('Name a folder that does not exist yet: npm run backup -- <folder>');
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Stop(`${folder} is not empty; name a folder that does not exist yet.`);
  const { client, db } = await openDatabase();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await step('reading the database', () => backUp(client, db, folder));
  } finally {
    await client.close();
  }
});

async function backUp(client, db, folder) {
  const listed = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  const names = listed.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  if (names.length === 0) throw new Stop(`The database "${db.databaseName}" is empty; check MONGODB_DATABASE.`);
  const takenAt = new Date().toISOString();
  const collections = [];
  // One transaction, so that all reads see one instant. A snapshot session would last longer, but the embedded store grants one without keeping it.
  const session = client.startSession();
  session.startTransaction({ readConcern: { level: 'snapshot' } });
  try {
    for (const name of names.sort()) {
      const documents = await writeCollection(db.collection(name), session, fileOf(folder, name));
      collections.push({ name, documents });
    }
  } catch (error) {
    if (!tooSlow.has(error.codeName)) throw error;
    throw new Stop(
      'Reading took longer than the database lets a transaction live; see docs/operations/backup-and-restore.md, "Large databases".',
    );
  } finally {
    await session.abortTransaction().catch(() => undefined);
    await session.endSession();
  }
  for (const one of collections) {
    one.sha256 = await sha256Of(fileOf(folder, one.name));
    one.indexes = await indexesOf(db.collection(one.name));
  }
  const manifest = { format: 1, takenAt, database: db.databaseName, keyFingerprint: keyFingerprint(), collections };
  writeFileSync(join(folder, manifestFile), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
  for (const { name, documents } of collections) process.stdout.write(`  ${name}: ${documents}\n`);
}

async function writeCollection(collection, session, file) {
  const out = createWriteStream(file, { mode: 0o600 });
  let documents = 0;
  for await (const bytes of collection.find({}, { session, raw: true, batchSize: 1_000 })) {
    documents += 1;
    if (!out.write(Buffer.from(bytes))) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return documents;
}

async function indexesOf(collection) {
  const all = await collection.indexes();
  return all.filter(({ name }) => name !== '_id_').map(({ v, ns, ...index }) => index);
}
