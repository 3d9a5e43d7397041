import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { Config } from 'jest';
import { startMongo, type LocalMongo } from '../src/local/start-mongo';
import { startServers, type LocalServers } from '../src/local/start-servers';

declare global {
  var heddleTestServers:
    { readonly servers: LocalServers; readonly folder: string; readonly stores: LocalMongo[] } | undefined;
}

/**
 * One Temporal for all test files of a run, a MongoDB for those of each jest worker (an embedded one is a process of one thread), and
 * the workflows bundled once. Test files keep apart by a database name and a task-queue prefix of their own.
 */
export default async function globalSetup({ maxWorkers = 1 }: { maxWorkers?: Config['maxWorkers'] }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-test-'));
  const stores: LocalMongo[] = [];
  try {
    const servers = await startServers({ storage: 'ephemeral', ui: 'headless' });
    globalThis.heddleTestServers = { servers, folder, stores };
    if (servers.mongo)
      for (let worker = 1; worker < Number(maxWorkers); worker++)
        stores.push(await startMongo({ storage: 'ephemeral', kind: servers.mongo.kind }));
    process.env['HEDDLE_TEST_TEMPORAL_ADDRESS'] = servers.temporalAddress;
    process.env['HEDDLE_TEST_MONGODB_URIS'] = [servers.mongodbUri, ...stores.map(({ uri }) => uri)].join(' ');
    process.env['HEDDLE_TEST_STORE'] = servers.mongo?.kind ?? 'external';
    await bundleWorkflows(join(folder, 'workflows.js'));
  } catch (error) {
    await stopTestServers();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export async function stopTestServers(): Promise<void> {
  const { servers, stores = [] } = globalThis.heddleTestServers ?? {};
  await Promise.all([servers?.stop(), ...stores.map((store) => store.stop())]);
}

/** Workflow code that does not bundle fails the tests that run workflows, and only those. */
async function bundleWorkflows(file: string): Promise<void> {
  const workflowsPath = resolve(__dirname, '../src/workflows/index.ts');
  if (!existsSync(workflowsPath)) return;
  const quiet = { trace: ignore, debug: ignore, info: ignore, warn: console.warn, error: ignore, log: ignore };
  try {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
    writeFileSync(file, code);
    process.env['HEDDLE_TEST_WORKFLOW_BUNDLE'] = file;
  } catch (error) {
    console.error('src/workflows cannot be bundled:', error instanceof Error ? error.message : error);
  }
}

const ignore = () => undefined;
