import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

export const historiesFolder = join(__dirname, '../histories');

/** With `HEDDLE_RECORD_HISTORIES=1`, keeps a history as a fixture, unless there is one: what a release did is never written over. */
export async function keepHistory(client: Client, name: string, workflowId: string): Promise<void> {
  if (process.env['HEDDLE_RECORD_HISTORIES'] !== '1') return;
  const json = historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
  const anonymous = JSON.stringify(JSON.parse(json)).replace(/\d+@[\w.-]+/g, 'worker');
  try {
    writeFileSync(join(historiesFolder, `${name}.history.json`), `${anonymous}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** What payloads hold, readable. */
export const readable = (json: string): string =>
  json.replace(/"data":\s*"([\w+/=]+)"/g, (_, base64: string) => Buffer.from(base64, 'base64').toString());
