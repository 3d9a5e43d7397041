import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { historiesFolder, needed } from './journey-harness';

beforeAll(() => Runtime.install({ logger: new DefaultLogger('ERROR') }));

const replay = (history: unknown) =>
  Worker.runReplayHistory({ workflowBundle: { codePath: needed('HEDDLE_TEST_WORKFLOW_BUNDLE') } }, history);
const read = (file: string): string => readFileSync(join(historiesFolder, file), 'utf8');

describe('histories of released workflows', () => {
  it.each(readdirSync(historiesFolder))('%s replays on the present code', async (file) => {
    await replay(JSON.parse(read(file)));
  });

  it('would fail on code that does something else', async () => {
    const changed = read('enrollment-wait-branch-send.history.json').replace(
      '"name":"deliver"',
      '"name":"somethingElse"',
    );
    await expect(replay(JSON.parse(changed))).rejects.toThrow(DeterminismViolationError);
  });
});
