import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaNames } from '../schemas/definition-schemas';
import { run } from './run';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'heddle-schemas-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('heddle schemas write has a file for each kind, and asks no server', async () => {
  let out = '';
  const code = await run(['schemas', 'write', 'for-editors'], {
    out: { write: (text: string) => (out += text) },
    err: { write: () => undefined },
    env: {},
    cwd: folder,
    stdin: (async function* () {})(),
    wait: async () => undefined,
  });
  expect(code).toBe(0);
  expect(out).toContain('for-editors/journey.json\n');
  expect(readdirSync(join(folder, 'for-editors')).sort()).toEqual(schemaNames.map((kind) => `${kind}.json`).sort());
  expect(JSON.parse(readFileSync(join(folder, 'for-editors/audience.json'), 'utf8'))).toMatchObject({
    $id: 'urn:heddle:schemas:audience',
  });
});
