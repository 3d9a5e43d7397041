// npm run restore -- <folder> [--replace] [--wake-runs]: puts a backup into the database. Stop the API and the workers first.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BSON } from 'mongodb';
import { fileOf, keyFingerprint, manifestFile, openDatabase, readDocuments, sha256Of } from './backup-format.mjs';
import { readJson } from './files.mjs';
import { main, step, Stop } from './terminal.mjs';

/** Nothing is turned into JavaScript's numbers, dates or patterns, so that everything goes back as it came. */
const exact = { promoteValues: false, promoteBuffers: false, promoteLongs: false, bsonRegExp: true };
const batchDocuments = 1_000;
const batchBytes = 8 * 1024 * 1024;
const options = ['--replace', '--wake-runs'];

await main(async () => {
  const given = process.argv.slice(2);
  const folder = given.find((argument) => !argument.startsWith('--'));
  const unknown = given.find((argument) => argument.startsWith('--') && !options.includes(argument));
  if (unknown) throw new Stop(`${unknown} is not an option; there are ${options.join(' and ')}.`);
  if (!folder) throw new Stop('Name the folder of a backup: npm run restore -- <folder>');
  const manifest = await check(folder);
  const { client, db } = await openDatabase();
  try {
    await makeRoom(db, given.includes('--replace'));
    await step('restoring', () => restore(db, folder, manifest));
    if (given.includes('--wake-runs')) await wakeRuns(db);
  } finally {
    await client.close();
  }
});

/** The manifest of a backup that is whole and fits the master key; nothing is written before this. */
async function check(folder) {
  const manifest = readJson(join(folder, manifestFile));
  if (!manifest) throw new Stop(`${folder} has no ${manifestFile}: it is no backup, or one that was cut short.`);
  if (manifest.format !== 1) throw new Stop('The backup was written by a newer Heddle; restore it with that one.');
  const key = keyFingerprint();
  if (manifest.keyFingerprint && key && manifest.keyFingerprint !== key)
    throw new Stop('HEDDLE_SECRET_KEY is not the key of this backup; identifiers and secrets in it need their own.');
  for (const { name, sha256 } of manifest.collections) {
    const file = fileOf(folder, name);
    if (!existsSync(file) || (await sha256Of(file)) !== sha256)
      throw new Stop(`${file} is missing or not as it was written; take another backup.`);
  }
  return manifest;
}

async function makeRoom(db, isReplacing) {
  if (isReplacing) return void (await db.dropDatabase());
  for (const { name } of await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()) {
    if ((await db.collection(name).findOne({}, { projection: { _id: 1 } })) !== null)
      throw new Stop(`The database "${db.databaseName}" is not empty; --replace drops what is in it first.`);
  }
}

async function restore(db, folder, { collections }) {
  for (const { name, documents, indexes } of collections) {
    const collection = db.collection(name);
    const written = await insertAll(collection, fileOf(folder, name));
    if (indexes.length > 0) await collection.createIndexes(indexes);
    if (written !== documents) throw new Stop(`${name} has ${written} of ${documents} documents; restore again.`);
    process.stdout.write(`  ${name}: ${written}\n`);
  }
}

async function insertAll(collection, file) {
  let [batch, bytes, written] = [[], 0, 0];
  const flush = async () => {
    if (batch.length === 0) return;
    written += (await collection.insertMany(batch, { ordered: false })).insertedCount;
    [batch, bytes] = [[], 0];
  };
  for await (const document of readDocuments(file)) {
    if (batch.length === batchDocuments || bytes + document.length > batchBytes) await flush();
    batch.push(BSON.deserialize(document, exact));
    bytes += document.length;
  }
  await flush();
  return written;
}

/** Where Temporal has lost its workflows: every run is due, so that the clock starts it again from where it stands. */
async function wakeRuns(db) {
  const inside = { status: { $in: ['starting', 'active'] } };
  const due = { $set: { dueAt: Date.now() - 2 * 60_000 }, $inc: { rev: 1 } };
  const { modifiedCount } = await db.collection('enrollments').updateMany(inside, due);
  process.stdout.write(`  runs that the clock will start again: ${modifiedCount}\n`);
}
