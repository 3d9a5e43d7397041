// A backup is a folder: one `<collection>.bson` each, documents one after another as mongodump writes them, and `manifest.json`, written
// last, so that a folder without it is no backup. BSON, not JSON: users' keys such as `$date` or `__proto__` come back as they were.
import { createHash, createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { readJson, root } from './files.mjs';
import { Stop } from './terminal.mjs';

export const manifestFile = 'manifest.json';
export const fileOf = (folder, collection) => join(folder, `${collection}.bson`);

/** The database that the environment names, else the one of a running `heddle dev`. */
export async function openDatabase() {
  const uri = process.env.MONGODB_URI || readJson(join(root, '.local/dev.json'))?.mongodbUri;
  if (!uri) throw new Stop('MONGODB_URI is not set and no `heddle dev` is running; set it to the database.');
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000, writeConcern: { w: 'majority' } });
  try {
    await client.connect();
  } catch {
    throw new Stop('The database of MONGODB_URI does not answer; start it, or correct the address.');
  }
  return { client, db: client.db(process.env.MONGODB_DATABASE || 'heddle') };
}

/** Tells two master keys apart without telling them: identifiers and secrets in a backup are of use with the right one only. */
export function keyFingerprint() {
  const key = process.env.HEDDLE_SECRET_KEY;
  if (!key) return undefined;
  return createHmac('sha256', Buffer.from(key, 'base64')).update('heddle backup').digest('hex').slice(0, 16);
}

/** The documents of a file, each as its bytes. Throws Stop where the file ends in the middle of one. */
export async function* readDocuments(file) {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const size = rest.readInt32LE(0);
      if (size < 5) throw new Stop(`${file} is damaged; take another backup.`);
      yield rest.subarray(0, size);
      rest = rest.subarray(size);
    }
  }
  if (rest.length > 0) throw new Stop(`${file} ends in the middle of a document; take another backup.`);
}

export async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
