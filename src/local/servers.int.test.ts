import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { MongoClient, type Collection, type Document } from 'mongodb';
import { freePort, isFree } from './free-port';
import { missingSearchAttributes } from './search-attributes';
import { poll } from './poll';
import { startMongo } from './start-mongo';
import { startTemporal } from './start-temporal';

describe('the servers of a test run', () => {
  it('answer: Temporal has the search attributes of enrollments', async () => {
    const connection = await Connection.connect({ address: String(process.env['HEDDLE_TEST_TEMPORAL_ADDRESS']) });
    try {
      expect(await missingSearchAttributes(connection, 'default')).toEqual([]);
    } finally {
      await connection.close();
    }
  });

  describe('the database', () => {
    let client: MongoClient;
    let things: Collection<Document & { _id: string }>;
    beforeAll(async () => {
      client = await MongoClient.connect(String(process.env['HEDDLE_TEST_MONGODB_URI']));
      things = client.db(`servers_${process.pid}`).collection('things');
      await things.createIndexes([
        { key: { mail: 1 }, name: 'mail', unique: true },
        { key: { open: 1 }, name: 'open', partialFilterExpression: { open: { $exists: true } } },
      ]);
    });
    afterAll(async () => {
      await things.drop();
      await client.close();
    });

    it('commits five hundred changes in one transaction, or none of them', async () => {
      const numbers = Array.from({ length: 500 }, (_, n) => n);
      await client.withSession(async (session) => {
        session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
        await things.insertMany(
          numbers.map((n) => ({ _id: `t${n}`, mail: `m${n}`, open: n })),
          { session },
        );
        await things.bulkWrite(
          numbers.map((n) => ({ updateOne: { filter: { _id: `t${n}` }, update: { $unset: { open: 1 } } } })),
          { session },
        );
        await session.commitTransaction();
        session.startTransaction();
        await things.updateMany({}, { $set: { lost: true } }, { session });
        await session.abortTransaction();
      });
      expect(await things.countDocuments({ open: { $exists: false }, lost: { $exists: false } })).toBe(500);
    });

    it('refuses a second document under a unique index', async () => {
      await things.insertOne({ _id: 'first', mail: 'same' });
      await expect(things.insertOne({ _id: 'second', mail: 'same' })).rejects.toMatchObject({ code: 11000 });
    });
  });
});

describe('a lasting server', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'heddle-servers-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps its documents when it is killed and started again, and refuses a second one on its folder', async () => {
    const storage = { dataDir: join(dataDir, 'mongodb') };
    const first = await startMongo({ storage });
    await write(first.uri);
    await expect(startMongo({ storage })).rejects.toThrow(
      /already running on .*, started by process \d+; stop that one/,
    );
    await first.kill();
    const second = await startMongo({ storage });
    expect(await read(second.uri)).toBe('kept');
    await second.stop();
    await expect(read(second.uri)).rejects.toThrow();
  });

  it('keeps workflows and search attributes of Temporal over a restart', async () => {
    const options = { storage: { dataDir: join(dataDir, 'temporal') }, ui: 'with-ui' } as const;
    const first = await startTemporal(options);
    const started = await startWorkflow(first.address);
    expect((await fetch(String(first.uiUrl))).status).toBe(200);
    await first.stop();
    const second = await startTemporal(options);
    expect(await runOf(second.address)).toBe(started);
    await second.stop();
  });

  it('names the port that is busy', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const start = startMongo({ storage: 'ephemeral', port });
    await expect(start).rejects.toThrow(
      `Port ${port} for MongoDB is in use; stop what listens there, or choose another port.`,
    );
    expect(await freePort(port)).toBeGreaterThan(port);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('a server whose owner is killed', () => {
  it('ends by itself and clears away its folder', async () => {
    const owner = spawn(process.execPath, ['-e', ownerScript], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port, dataDir] = await new Promise<[number, string]>((resolve) =>
      owner.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as [number, string])),
    );
    expect(existsSync(dataDir)).toBe(true);
    expect(await isFree(port)).toBe(false);
    owner.kill('SIGKILL');
    const isGone = async () => ((await isFree(port)) && !existsSync(dataDir) ? true : undefined);
    expect(await poll(isGone, { forMs: 20_000 })).toBe(true);
  });
});

/** Compiles src/local on the fly, as jest does for us, in a process that can be killed. */
const ownerScript = `
  const { transformFileSync } = require('@swc/core');
  require.extensions['.ts'] = (module, file) =>
    module._compile(transformFileSync(file, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }).code, file);
  const { startMongo } = require(${JSON.stringify(join(__dirname, 'start-mongo.ts'))});
  startMongo({ storage: 'ephemeral' }).then(({ uri, dataDir }) => console.log(JSON.stringify([Number(new URL(uri).port), dataDir])));
  setInterval(() => undefined, 1000);
`;

async function write(uri: string): Promise<void> {
  const client = await MongoClient.connect(uri);
  await client
    .db('lasting')
    .collection('things')
    .insertOne({ word: 'kept' }, { writeConcern: { w: 'majority' } });
  await client.close();
}

async function read(uri: string): Promise<unknown> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 1_000 });
  try {
    return (await client.db('lasting').collection('things').findOne())?.['word'];
  } finally {
    await client.close();
  }
}

const workflowId = 'sleeper';

async function startWorkflow(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const { runId } = await connection.workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId,
    requestId: 'r1',
    workflowType: { name: 'sleeper' },
    taskQueue: { name: 'nobody' },
  });
  await connection.close();
  return runId;
}

async function runOf(address: string): Promise<unknown> {
  const connection = await Connection.connect({ address });
  const { workflowExecutionInfo } = await connection.workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId },
  });
  await connection.close();
  return workflowExecutionInfo?.execution?.runId;
}
