import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../src/cli/run';
import { listen, useTestApi, useWorkspace } from '../src/testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeAll);
let server: Server;
let url: string;
let folder: string;
beforeAll(async () => {
  ({ server, url } = await listen(api.app));
  // A copy, since what was applied is written beside it.
  folder = mkdtempSync(join(tmpdir(), 'heddle-examples-'));
  for (const name of ['audiences', 'destinations', 'journeys', 'heddle-types.ts', 'events.ndjson'])
    cpSync(join(__dirname, name), join(folder, 'examples', name), { recursive: true });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function heddle(line: string) {
  const written = { out: '', err: '' };
  const code = await run(line.split(' '), {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: {
      ...{ HEDDLE_URL: url, HEDDLE_API_KEY: workspace.apiKey, HEDDLE_WRITE_KEY: workspace.secretKey },
      ...{ CRM_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`, META_TOKEN: 'EAAB-token-of-the-tests' },
    },
    cwd: folder,
    stdin: (async function* () {})(),
    wait: async () => undefined,
  });
  expect({ code, ...written }).toEqual({ ...written, code: 0 });
  return written.out;
}

it('the types of the examples are those that the events beside them teach', async () => {
  await heddle('send file examples/events.ndjson');
  await api.deps.traffic.flush();
  await api.catchUp(workspace.ws);
  expect(await heddle('types pull')).toBe(readFileSync(join(__dirname, 'heddle-types.ts'), 'utf8'));
});

it('the folder of the examples is planned and applied as it stands, and one file of it put', async () => {
  expect(await heddle('plan examples')).toContain('14 to create, 0 to update');
  await heddle('apply examples');
  expect(await heddle('plan examples')).toContain('14 unchanged');
  expect(await heddle('audiences put examples/audiences/vip.ts')).toContain('vip');
  await heddle('destinations put examples/destinations/crm.ts');
});
