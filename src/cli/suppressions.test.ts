import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SuppressionEntry } from '../client/types';
import { openScriptedApi } from '../testing/scripted-api';
import { run } from './run';

let api: Awaited<ReturnType<typeof openScriptedApi>>;
let folder: string;

beforeEach(async () => {
  api = await openScriptedApi(({ body }) => {
    const { entries } = body as { entries: readonly SuppressionEntry[] };
    const rejected = entries.flatMap(({ identifier }, index) =>
      identifier.value === '' ? [{ index, message: 'No value.' }] : [],
    );
    return { body: { saved: entries.length - rejected.length, rejected } };
  });
  folder = mkdtempSync(join(tmpdir(), 'heddle-cli-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await api.close();
});

async function upload(name: string, content: string | Buffer, ...options: string[]) {
  writeFileSync(join(folder, name), content);
  const written = { out: '', err: '' };
  const code = await run(['suppressions', 'upload', name, ...options, '--json'], {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management' },
    cwd: folder,
    stdin: (async function* () {})(),
    wait: async () => undefined,
  });
  return { code, ...written };
}
const sent = () => api.requests.map(({ body }) => (body as { entries: readonly SuppressionEntry[] }).entries);

describe('heddle suppressions upload', () => {
  it('reads CSV, and takes from the options what a line leaves open', async () => {
    const csv = '\uFEFFvalue,reason,type\r\nann@x.example,,\r\n"+41791234567",complaint,phone\r\n';
    expect(await upload('list.csv', csv, '--reason', 'unsubscribe')).toMatchObject({ code: 0 });
    expect(sent()).toEqual([
      [
        { identifier: { type: 'email', value: 'ann@x.example' }, scope: 'everything', reason: 'unsubscribe' },
        { identifier: { type: 'phone', value: '+41791234567' }, scope: 'everything', reason: 'complaint' },
      ],
    ]);
  });

  it('reads CSV as spreadsheets of some countries write it', async () => {
    expect(await upload('list.csv', 'value;type\nann@x.example;email\n')).toMatchObject({ code: 0 });
    expect(sent()).toMatchObject([[{ identifier: { type: 'email', value: 'ann@x.example' } }]]);
  });

  it('reads NDJSON a thousand lines at a time, and names the lines that were refused', async () => {
    const lines = Array.from({ length: 1_002 }, (_, n) =>
      JSON.stringify({ value: n === 1_001 ? '' : `u${n}@x.example` }),
    );
    const { code, out } = await upload('list.ndjson', lines.join('\n'));
    expect(sent().map((entries) => entries.length)).toEqual([1_000, 2]);
    expect(JSON.parse(out)).toEqual({ saved: 1_001, rejected: [{ line: 1_002, message: 'No value.' }] });
    expect(code).toBe(1);
  });

  it.each<[string, string | Buffer, number, RegExp]>([
    ['list.txt', 'ann@x.example', 2, /\.csv/],
    ['torn.csv', 'value\n"ann', 1, /line 2: A quoted field is not closed/],
    ['latin.csv', Buffer.from('value\nj\xf6rg@x.example\n', 'latin1'), 1, /line 2: The row is not UTF-8/],
  ])('refuses %s and says why', async (name, content, code, why) => {
    const refused = await upload(name, content);
    expect(refused.code).toBe(code);
    expect(refused.err).toMatch(why);
    expect(api.requests).toEqual([]);
  });
});
