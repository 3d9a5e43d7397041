import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { BSON, Double, Long, type Db } from 'mongodb';
import { applyEventBatch } from '../../src/activities/apply/apply';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import { eventDocId } from '../../src/store/events';
import { inTransaction, prepareStore } from '../../src/store/open-store';
import { openTestApi, sendBatch, type TestApi, type TestWorkspace } from '../../src/testing/test-api';

const folder = mkdtempSync(join(tmpdir(), 'heddle-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let api: TestApi;
let workspace: TestWorkspace;
let db: Db;
beforeEach(async () => {
  api = await openTestApi();
  workspace = await api.createWorkspace();
  ({ db } = api.store.connection);
});
afterEach(() => api.close());

/** Runs one of the scripts as operators do, on the database of this test. */
async function run(script: string, args: readonly string[], key = api.store.connection.masterKey) {
  const env = {
    PATH: process.env['PATH'],
    MONGODB_URI: process.env['HEDDLE_TEST_MONGODB_URI'],
    MONGODB_DATABASE: db.databaseName,
    HEDDLE_SECRET_KEY: key.toString('base64'),
  };
  const child = spawn(process.execPath, [resolve('scripts', script), ...args], { env });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

const newFolder = (): string => join(folder, randomBytes(5).toString('hex'));

/** Every document and index, byte by byte. */
async function contents(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const names = (await db.listCollections().toArray()).map(({ name }) => name).sort();
  for (const name of names) {
    const documents = await db.collection(name).find({}, { raw: true }).toArray();
    const indexes = await db.collection(name).indexes();
    if (documents.length > 0)
      found[name] = {
        documents: documents.map((bytes) => Buffer.from(bytes as unknown as Uint8Array).toString('hex')).sort(),
        indexes: indexes.map((index) => JSON.stringify(index)).sort(),
      };
  }
  return found;
}

const track = (messageId: string, properties = '{}') =>
  `{"type":"track","userId":"u1","event":"Seen","messageId":"${messageId}","properties":${properties}}`;

const apply = async (): Promise<void> => {
  const pending = await api.store.events.claim(workspace.ws, 0, 100, 1_000_000);
  const deps = { store: api.store, rulesets: new RulesetCache(api.store), clock: Date.now };
  await applyEventBatch(deps, workspace.ws, pending);
};

/** An audience, a destination with secrets, a member, and an event that waits with keys that mean something elsewhere. */
async function fill(): Promise<void> {
  const { store } = api;
  await inTransaction(store.connection, async (session) => {
    const sinceRuleset = await store.workspaces.raiseRuleset(workspace.ws, session);
    const seen = { key: 'seen', name: 'Seen', ruleJson: '{"event":"Seen","count":{"is":"at_least","value":2}}' };
    await store.audiences.save(workspace.ws, seen, { sinceRuleset, now: Date.now() }, session);
    const crm = { key: 'crm', type: 'webhook', name: 'CRM', settings: {}, enabled: true };
    await store.destinations.save(workspace.ws, { ...crm, secrets: { signingSecret: 's3cret' } }, Date.now(), session);
  });
  await sendBatch(api.app, workspace.secretKey, [JSON.parse(track('m1'))]).expect(200);
  await apply();
  const odd = '{"__proto__":{"a":1},"$date":"2026-01-01","a.b":{"$numberLong":"5"},"constructor":[0.1,1e300,-0.0]}';
  await sendBatch(api.app, workspace.secretKey, [JSON.parse(track('m2', odd))]).expect(200);
  const numbers = { long: Long.fromString('9007199254740993'), double: new Double(5), at: new Date(7), id: 5 };
  await db.collection<{ _id: string }>('migrations').insertOne({ _id: 'odd', ...numbers });
}

describe('a backup that is restored into an empty database', () => {
  it('gives back every document and index as it was, and the system goes on where it stood', async () => {
    await fill();
    // What the API keeps for a second is written now, and not while the database is looked at.
    await api.deps.traffic.flush();
    const before = await contents();
    const into = newFolder();
    expect(await run('backup.mjs', [into])).toMatchObject({ code: 0, err: '' });

    await db.dropDatabase();
    expect(await contents()).toEqual({});
    expect(await run('restore.mjs', [into])).toMatchObject({ code: 0, err: '' });
    expect(await contents()).toEqual(before);

    await prepareStore(api.store.connection);
    // What had been accepted is still a repeat; what was pending is applied, and completes what was counted before.
    const again = await sendBatch(api.app, workspace.secretKey, [JSON.parse(track('m1'))]).expect(200);
    expect(again.body).toMatchObject({ duplicates: 1 });
    await apply();
    const members = await api.store.memberships.members(workspace.ws, 'seen', 10);
    expect(members).toHaveLength(1);
    const profile = (await api.store.events.byMessageId(workspace.ws, 'm2'))?.profile;
    expect(members[0]?.profile).toBe(profile);
    expect((await api.store.events.byMessageId(workspace.ws, 'm1'))?.profile).toBe(profile);
    const crm = await api.store.destinations.find(workspace.ws, 'crm');
    expect(crm && api.store.destinations.unseal(crm)).toEqual({ signingSecret: 's3cret' });
    const repeat = { _id: eventDocId(workspace.ws, 'm1') };
    await expect(db.collection<{ _id: string }>('events').insertOne(repeat)).rejects.toMatchObject({ code: 11_000 });
  });

  it('with --wake-runs makes every run due that is inside, and no other', async () => {
    const runs = db.collection<{ _id: string; status: string; rev: number; dueAt?: number }>('enrollments');
    await runs.insertMany([
      { _id: 'a', status: 'active', rev: 4, dueAt: Date.now() + 86_400_000 },
      { _id: 'b', status: 'completed', rev: 2 },
    ]);
    const into = newFolder();
    await run('backup.mjs', [into]);
    expect(await run('restore.mjs', [into, '--replace', '--wake-runs'])).toMatchObject({ code: 0, err: '' });
    expect(await runs.findOne({ _id: 'b' })).toEqual({ _id: 'b', status: 'completed', rev: 2 });
    expect((await runs.findOne({ _id: 'a' }))?.rev).toBe(5);
    expect((await api.store.enrollments.overdue(Date.now() - 60_000, Date.now())).map(({ _id }) => _id)).toEqual(['a']);
  });
});

describe('a backup taken while transactions commit', () => {
  it('holds all or nothing of each', async () => {
    const pairs = ['aaa', 'zzz'].map((name) => db.collection<{ _id: number; more: string }>(name));
    for (const collection of pairs) await collection.insertOne({ _id: 0, more: '' });
    let isOver = false;
    const writing = (async () => {
      for (let _id = 1; !isOver; _id += 1)
        await inTransaction(api.store.connection, async (session) => {
          for (const collection of pairs) await collection.insertOne({ _id, more: 'x'.repeat(1_000) }, { session });
        });
    })();
    const into = newFolder();
    while ((await pairs[0]?.countDocuments()) === 1) await new Promise(setImmediate);
    const { code } = await run('backup.mjs', [into]);
    isOver = true;
    await writing;
    expect(code).toBe(0);
    const ids = ['aaa', 'zzz'].map((name) => idsIn(join(into, `${name}.bson`)));
    expect(ids[0]?.length).toBeGreaterThan(1);
    expect(ids[0]).toEqual(ids[1]);
  });
});

describe('what is refused before anything is written', () => {
  it('a folder that has something in it', async () => {
    const { code, err } = await run('backup.mjs', [resolve('docs')]);
    expect([code, err]).toEqual([1, expect.stringContaining('is not empty; name a folder that does not exist yet.')]);
  });

  it('a database that has something in it, unless told to replace it', async () => {
    const into = newFolder();
    await run('backup.mjs', [into]);
    const before = await contents();
    const { code, err } = await run('restore.mjs', [into]);
    expect([code, err]).toEqual([1, expect.stringContaining('--replace drops what is in it first.')]);
    expect(await contents()).toEqual(before);
    expect((await run('restore.mjs', [into, '--replace'])).code).toBe(0);
    expect(await contents()).toEqual(before);
  });

  it.each([
    {
      given: 'a file that was changed',
      spoil: (into: string) => appendFileSync(join(into, 'keys.bson'), 'x'),
      says: 'keys.bson is missing or not as it was written',
    },
    {
      given: 'a backup that was cut short',
      spoil: (into: string) => rmSync(join(into, 'manifest.json')),
      says: 'has no manifest.json',
    },
  ])('$given', async ({ spoil, says }) => {
    const into = newFolder();
    await run('backup.mjs', [into]);
    expect(existsSync(join(into, 'manifest.json'))).toBe(true);
    spoil(into);
    const before = await contents();
    const { code, err } = await run('restore.mjs', [into, '--replace']);
    expect([code, err]).toEqual([1, expect.stringContaining(says)]);
    expect(await contents()).toEqual(before);
  });

  it('another master key, which no file of the backup holds', async () => {
    const into = newFolder();
    await run('backup.mjs', [into]);
    const { code, err } = await run('restore.mjs', [into, '--replace'], randomBytes(32));
    expect([code, err]).toEqual([1, expect.stringContaining('HEDDLE_SECRET_KEY is not the key of this backup')]);
    expect(readFileSync(join(into, 'manifest.json'), 'utf8')).not.toContain(
      api.store.connection.masterKey.toString('base64').slice(0, 10),
    );
  });
});

function idsIn(file: string): unknown[] {
  const bytes = readFileSync(file);
  const ids: unknown[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at))
    ids.push(BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at)))['_id']);
  return ids;
}
