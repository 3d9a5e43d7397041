import { openScriptedApi, type ScriptedRequest } from '../testing/scripted-api';
import { run } from './run';

const line = (id: string, change: string) => ({
  id,
  change,
  profile: 'prf_1',
  at: '2026-05-01T09:00:00.000Z',
  cause: 'event',
});

function answer({ url }: ScriptedRequest) {
  if (url.includes('/stream')) {
    if (url.includes('after=c9')) return { status: 404, body: { detail: 'There is no audience "vip".' } };
    const text = `id: c8\nevent: change\ndata: ${JSON.stringify(line('c8', 'exited'))}\n\n`;
    return { headers: { 'content-type': 'text/event-stream' }, body: text };
  }
  const isFirst = !url.includes('after=c2');
  return { body: { data: isFirst ? [line('c1', 'entered'), line('c2', 'exited')] : [], next: 'c2' } };
}

async function heddle(...argv: string[]) {
  const api = await openScriptedApi(answer);
  const written = { out: '', err: '' };
  const code = await run(argv, {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management' },
    cwd: '/',
    stdin: (async function* () {})(),
    wait: async () => undefined,
  });
  await api.close();
  return { code, ...written, asked: api.requests.map(({ url }) => url) };
}

describe('heddle audiences changes', () => {
  it('prints a line for each change until there is no more, and says where to go on', async () => {
    const { code, out, err, asked } = await heddle('audiences', 'changes', 'vip', '--from', 'now', '--identifiers');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '2026-05-01T09:00:00.000Z  entered  prf_1  event',
      '2026-05-01T09:00:00.000Z  exited   prf_1  event',
      '',
    ]);
    expect(err).toContain('--after c2');
    expect(asked).toEqual([
      '/v1/audiences/vip/changes?include=identifiers&from=now',
      '/v1/audiences/vip/changes?include=identifiers&after=c2',
    ]);
  });

  it('prints one object a line with --json', async () => {
    const { out } = await heddle('--json', 'audiences', 'changes', 'vip');
    expect(
      out
        .trim()
        .split('\n')
        .map((text) => (JSON.parse(text) as { id: string }).id),
    ).toEqual(['c1', 'c2']);
  });

  it('ends with what the server says where following is refused', async () => {
    const { code, out, err } = await heddle('audiences', 'changes', 'vip', '--follow', '--after', 'c9');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('There is no audience "vip".');
  });
});
