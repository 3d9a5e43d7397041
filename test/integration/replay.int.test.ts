import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { workflowNames } from '../../src/temporal-names';
import { historiesFolder, readable } from './histories';
import { needed } from './journey-harness';

beforeAll(() => Runtime.install({ logger: new DefaultLogger('ERROR') }));

const files = readdirSync(historiesFolder);
const bundle = () => needed('HEDDLE_TEST_WORKFLOW_BUNDLE');
const replay = (history: unknown) => Worker.runReplayHistory({ workflowBundle: { codePath: bundle() } }, history);
const read = (file: string): string => readFileSync(join(historiesFolder, file), 'utf8');
const typeOf = (file: string): string => /"workflowType":\{"name":"(\w+)"\}/.exec(read(file))?.[1] ?? '';

/** The workflows as they would be if each began with one thing more. */
function changedBundle(): string {
  const code = readFileSync(bundle(), 'utf8');
  const heads = new RegExp(`async function (?:${workflowNames.join('|')})\\([^)]*\\) \\{`, 'g');
  expect(new Set(code.match(heads))).toHaveProperty('size', workflowNames.length);
  return code.replace(heads, (head) => `${head} await (0, _workflow.sleep)(1000);`);
}

describe('histories of released workflows', () => {
  it.each(files)('%s replays on the present code', async (file) => {
    await replay(JSON.parse(read(file)));
  });

  it('are there of every workflow', () => {
    expect([...new Set(files.map(typeOf))].sort()).toEqual([...workflowNames].sort());
  });

  it('are refused by workflows that do one thing more than they did, each of them', async () => {
    const workflowBundle = { code: changedBundle() };
    for (const file of files) {
      const error = await refusal(Worker.runReplayHistory({ workflowBundle }, JSON.parse(read(file))));
      expect([file, error]).toEqual([file, expect.any(DeterminismViolationError)]);
    }
  });

  it('would fail on code that does something else', async () => {
    const changed = read('enrollment-wait-branch-send.history.json').replace(
      '"name":"deliver"',
      '"name":"somethingElse"',
    );
    await expect(replay(JSON.parse(changed))).rejects.toThrow(DeterminismViolationError);
  });

  it.each(files)('%s is small, and has nothing of a person or a machine', (file) => {
    const text = readable(read(file)).replace(/"buildId":"[^"]*"/g, '');
    const found = text.match(/[\w.+-]+@[\w-]+|"(traits|properties|identifiers|email|phone|userId)":/g) ?? [];
    expect({ found, isSmall: text.length < 32_000 }).toEqual({ found: [], isSmall: true });
  });
});

const refusal = (replayed: Promise<unknown>): Promise<unknown> =>
  replayed.then(
    () => 'replayed',
    (error: unknown) => error,
  );
