import { openScriptedApi, type ScriptedRequest } from '../testing/scripted-api';
import { run } from './run';

const spend = {
  ...{ key: 'spend', name: 'Spend', type: 'number', status: 'ready', version: 2 },
  value: { event: 'Order Completed', sum: 'revenue', within: '30d' },
};

function answer({ method, url }: ScriptedRequest) {
  if (method === 'DELETE') return { status: 204 };
  return { body: url.includes('/spend') ? spend : { data: [spend] } };
}

async function heddle(argv: readonly string[], stdin = '') {
  const api = await openScriptedApi(answer);
  const written = { out: '', err: '' };
  const code = await run([...argv], {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management' },
    cwd: '/',
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    wait: async () => undefined,
  });
  await api.close();
  return { code, ...written, asked: api.requests.map(({ method, url }) => `${method} ${url}`) };
}

describe('heddle computed-traits', () => {
  it('lists them with what they are, and as JSON', async () => {
    const { code, out } = await heddle(['computed-traits', 'list']);
    expect(code).toBe(0);
    expect(out).toContain('spend           number  ready         2  Spend');
    expect(JSON.parse((await heddle(['--json', 'computed-traits', 'list'])).out)).toMatchObject({
      data: [{ key: 'spend' }],
    });
  });

  it('shows one with its definition', async () => {
    expect((await heddle(['computed-traits', 'get', 'spend'])).out).toContain('"sum": "revenue"');
  });

  it('saves one from standard input, and forgets it', async () => {
    const saved = await heddle(['computed-traits', 'put', '-'], JSON.stringify(spend));
    expect(saved.asked).toEqual(['PUT /v1/computed-traits/spend']);
    const deleted = await heddle(['computed-traits', 'delete', 'spend']);
    expect(deleted).toMatchObject({ code: 0, asked: ['DELETE /v1/computed-traits/spend'] });
    expect(deleted.out).toBe('spend is no computed trait any more\n');
  });
});
