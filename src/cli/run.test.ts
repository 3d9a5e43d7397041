import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openScriptedApi, type ScriptedAnswer, type ScriptedRequest } from '../testing/scripted-api';
import { run } from './run';

type Api = Awaited<ReturnType<typeof openScriptedApi>>;
let api: Api;
let folder: string;
let answer: (request: ScriptedRequest) => ScriptedAnswer;

beforeEach(async () => {
  answer = () => ({ body: {} });
  api = await openScriptedApi((request) => answer(request));
  folder = mkdtempSync(join(tmpdir(), 'heddle-cli-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await api.close();
});

function write(name: string, content: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

interface Given {
  readonly env?: Record<string, string>;
  readonly stdin?: readonly (string | Uint8Array)[];
  readonly cwd?: string;
}

/** Runs one command line as a shell would split it, against the scripted API. */
async function heddle(line: string, { env, stdin = [], cwd = folder }: Given = {}) {
  const written = { out: '', err: '' };
  async function* input() {
    yield* stdin;
  }
  const argv = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const code = await run(argv, {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: env ?? { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management' },
    cwd,
    stdin: input(),
    wait: async () => undefined,
  });
  return { code, ...written };
}

const asked = () => api.requests.map(({ method, url }) => `${method} ${url}`);
const accepted = { success: true, accepted: 1, duplicates: 0, rejected: [] };
const profile = {
  id: 'prf_1',
  createdAt: '2026-05-01T09:00:00.000Z',
  identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: '2026-05-01T09:00:00.000Z' }],
  traits: { tier: 'gold', '\u001b[2J': 1 },
  consent: {},
  audiences: [{ key: 'vip', enteredAt: '2026-05-02T09:00:00.000Z' }],
  mergedFrom: [],
};
const vip = { key: 'vip', name: 'VIP', rule: { audience: 'gold' }, version: 3, size: 2, status: 'ready' };

describe('how a command ends', () => {
  it.each([
    ['0 when help is asked for', '--help', 0, /Usage: heddle/, /^$/],
    ['2 without a command', '', 2, /^$/, /Usage: heddle/],
    ['2 for a command there is not', 'celebrate', 2, /^$/, /unknown command/],
    ['2 for an option there is not', 'audiences list --sideways', 2, /^$/, /unknown option/],
    ['2 when an argument is missing', 'profiles get', 2, /^$/, /missing required argument/],
    ['2 when a number is none', 'deliveries list --limit many', 2, /^$/, /whole number from 1; "many" is none/],
  ])('is %s', async (_, line, code, out, err) => {
    const ended = await heddle(line);
    expect(ended.code).toBe(code);
    expect(ended.out).toMatch(out);
    expect(ended.err).toMatch(err);
    expect(asked()).toEqual([]);
  });

  it('is 1 when the server refuses, with every place that is wrong', async () => {
    const errors = [{ in: 'body', pointer: '/rule/all/0/is', message: 'Write "equals".' }];
    answer = () => ({ status: 400, body: { title: 'Invalid request', detail: 'The body is wrong.', errors } });
    write('vip.json', vip);
    const { code, out, err } = await heddle('audiences put vip.json --json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('The body is wrong.\n  /rule/all/0/is: Write "equals".\n');
  });

  it('is 1 when the key is refused, and says where keys come from', async () => {
    answer = () => ({ status: 401, body: { title: 'Not authenticated', detail: 'The key is unknown.' } });
    const { code, err } = await heddle('audiences list');
    expect(code).toBe(1);
    expect(err).toMatch(/^The key is unknown\.\n.*HEDDLE_API_KEY/);
  });

  it('is 3 when nobody answers, with the address and the remedy', async () => {
    await api.close();
    const { code, err } = await heddle('audiences list');
    expect(code).toBe(3);
    expect(err).toBe(`Cannot reach Heddle at ${api.url}. Start the server with \`npm start\`, or check the address.\n`);
  });
});

describe('which server', () => {
  const withDevFile = () => {
    const keys = { apiKey: 'hdl_dev', secretKey: 'hdl_dev_secret' };
    write('.local/dev.json', { api: api.url, workspace: 'ws_1', ...keys });
    write('deep/er/file', '');
  };
  const keysSent = () => api.requests.map(({ headers }) => headers.authorization);
  const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

  it('is the one of the nearest .local/dev.json upwards, with its keys', async () => {
    withDevFile();
    answer = ({ url }) => ({ body: url === '/v1/batch' ? accepted : profile });
    const cwd = join(folder, 'deep/er');
    await heddle('profiles get user_id:u1', { env: {}, cwd });
    await heddle('send track --user u1 --event X', { env: {}, cwd });
    expect(keysSent()).toEqual(['Bearer hdl_dev', basic('hdl_dev_secret')]);
  });

  it('is the one of the environment where it is set, and keys are not mixed', async () => {
    withDevFile();
    answer = () => ({ body: accepted });
    await heddle('send track --user u1 --event X', { env: { HEDDLE_API_KEY: 'hdl_mine' } });
    await heddle('send track --user u1 --event X', { env: { HEDDLE_URL: api.url, HEDDLE_WRITE_KEY: 'hdl_write' } });
    expect(keysSent()).toEqual(['Bearer hdl_mine', basic('hdl_write')]);
  });

  it('never gets the keys of another', async () => {
    write('.local/dev.json', { api: 'http://127.0.0.1:1', apiKey: 'hdl_dev', secretKey: 'hdl_dev_secret' });
    answer = () => ({ body: { data: [] } });
    await heddle('audiences list', { env: { HEDDLE_URL: api.url } });
    expect(keysSent()).toEqual([undefined]);
  });

  it('is asked for when there is none', async () => {
    const { code, err } = await heddle('audiences list', { env: {} });
    expect(code).toBe(3);
    expect(err).toMatch(/npm start.*HEDDLE_URL/);
  });

  it('must be a web address', async () => {
    const { code, err } = await heddle('audiences list', { env: { HEDDLE_URL: 'localhost:4300' } });
    expect(code).toBe(2);
    expect(err).toMatch(/HEDDLE_URL must be an address/);
  });
});

describe('heddle send', () => {
  const sent = () => api.requests.flatMap(({ body }) => (body as { batch: Record<string, unknown>[] }).batch);
  beforeEach(() => {
    answer = () => ({ body: accepted });
  });

  it.each<[string, object]>([
    [
      `track --user u1 --event 'Order Completed' --property total=12.5 --property ids=[1,2] --property note=a=b`,
      { type: 'track', userId: 'u1', event: 'Order Completed', properties: { total: 12.5, ids: [1, 2], note: 'a=b' } },
    ],
    [
      'identify --user u1 --anonymous a1 --trait vip=true --trait phone=4915112345678901234567',
      { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { vip: true, phone: '4915112345678901234567' } },
    ],
    ['page --anonymous a1 --name Home', { type: 'page', anonymousId: 'a1', name: 'Home' }],
    ['group --user u1 --group acme', { type: 'group', userId: 'u1', groupId: 'acme' }],
    ['alias --user u1 --previous a1', { type: 'alias', userId: 'u1', previousId: 'a1' }],
    [
      'track --user u1 --event X --message-id m1 --timestamp 2026-05-01T09:00:00Z',
      { type: 'track', userId: 'u1', event: 'X', messageId: 'm1', timestamp: '2026-05-01T09:00:00Z' },
    ],
  ])('%s', async (line, event) => {
    const { code, out } = await heddle(`send ${line}`);
    expect({ code, out }).toEqual({ code: 0, out: 'Accepted.\n' });
    expect(sent()).toEqual([{ messageId: expect.any(String) as string, ...event }]);
  });

  it('keeps names that look like parts of the language', async () => {
    await heddle('send track --user u1 --event X --property __proto__=1 --property constructor=2');
    expect(JSON.stringify(sent()[0])).toContain('"properties":{"__proto__":1,"constructor":2}');
  });

  it('asks whose event it is', async () => {
    const { code, err } = await heddle('send track --event X');
    expect(code).toBe(2);
    expect(err).toMatch(/--user <id>, --anonymous <id>/);
  });

  it('fails when the event is refused, with the reason', async () => {
    const rejected = [{ index: 0, code: 'too-large', path: '/properties', message: 'At most 32 KB.' }];
    answer = () => ({ body: { success: true, accepted: 0, duplicates: 0, rejected } });
    const { code, out } = await heddle('send track --user u1 --event X');
    expect({ code, out }).toEqual({ code: 1, out: 'Refused (too-large) at /properties: At most 32 KB.\n' });
  });
});

describe('heddle send file', () => {
  const sent = () => api.requests.flatMap(({ body }) => (body as { batch: unknown[] }).batch);

  it('sends every line, and gives each refusal its line in the file', async () => {
    const rejected = [{ index: 1, code: 'no-identifier', message: 'Name somebody.' }];
    answer = () => ({ body: { success: true, accepted: 1, duplicates: 1, rejected } });
    write('events.ndjson', '{"messageId":"a"}\r\n\nnot json\n{"messageId":"b"}\n{"messageId":"c"}');
    const { code, out, err } = await heddle('send file events.ndjson --json');
    expect(sent()).toEqual([{ messageId: 'a' }, { messageId: 'b' }, { messageId: 'c' }]);
    expect(JSON.parse(out)).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: [
        { line: 3, code: 'not-json', message: 'The line is not JSON.' },
        { line: 4, code: 'no-identifier', message: 'Name somebody.' },
      ],
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^Sending events\.ndjson to .*\n {2}3 sent .*\n2 events were refused\./);
  });

  it('reads standard input, wherever its chunks are cut', async () => {
    answer = () => ({ body: accepted });
    const bytes = Buffer.from('{"messageId":"a","event":"é"}\n{"messageId":"b"}\n');
    const cut = bytes.indexOf('é') + 1; // within a character
    const stdin = [bytes.subarray(0, cut), bytes.subarray(cut, cut + 9), bytes.subarray(cut + 9)];
    const { code } = await heddle('send file - --bulk', { stdin });
    expect(code).toBe(0);
    expect(sent()).toEqual([{ messageId: 'a', event: 'é' }, { messageId: 'b' }]);
    expect(api.requests[0]?.headers['x-heddle-lane']).toBe('bulk');
  });

  it.each([
    ['that is not there', 'send file nowhere.ndjson', /Cannot read nowhere\.ndjson: there is no such file/],
    ['that is a folder', 'send file .', /Cannot read \.: it is a folder/],
    ['that is not UTF-8', 'send file latin1.ndjson', /not UTF-8/],
  ])('refuses a file %s in a sentence', async (_, line, message) => {
    writeFileSync(join(folder, 'latin1.ndjson'), Buffer.from('{"userId":"a\xff"}\n', 'latin1'));
    const { code, err } = await heddle(line);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
  });
});

describe('the rights of people', () => {
  const operation = { id: 'op_1', kind: 'erasure', status: 'completed', progress: { done: 1 } };
  const signed = { receipt: { version: 1 }, signature: 'v1.x' };

  it('erase, and print the receipt as it is to be kept', async () => {
    answer = ({ url }) => ({ body: url === '/v1/erasures' ? { data: [operation] } : { ...operation, result: signed } });
    const { code, out } = await heddle('profiles erase user_id:u1');
    expect(asked()).toEqual(['POST /v1/erasures', 'GET /v1/operations/op_1']);
    expect({ code, receipt: JSON.parse(out) as unknown }).toEqual({ code: 0, receipt: signed });
  });

  it('export to a file that only its owner may read', async () => {
    answer = ({ url }) => ({ body: url.endsWith('/file') ? { kind: 'profile' } : { ...operation, result: signed } });
    expect((await heddle('profiles export user_id:u1 --out me.ndjson')).code).toBe(0);
    expect(readFileSync(join(folder, 'me.ndjson'), 'utf8')).toContain('"kind":"profile"');
    expect(statSync(join(folder, 'me.ndjson')).mode & 0o077).toBe(0);
  });

  it('fail where a receipt is not what was signed', async () => {
    write('receipt.json', signed);
    answer = () => ({ body: { isValid: false } });
    expect(await heddle('privacy verify receipt.json')).toMatchObject({ code: 1, out: 'not valid\n' });
    expect(api.requests.at(-1)?.body).toEqual(signed);
  });

  it('say how long what is kept, and from now on', async () => {
    answer = () => ({ body: { events: 365, audiencesBeyond: ['vip'] } });
    expect((await heddle('privacy retention')).out).toMatch(/events +365\n\nlook back further: vip/);
    await heddle('privacy retention --events 365 --dead-letters 30');
    expect(api.requests.at(-1)?.body).toEqual({ events: 365, deadLetters: 30 });
  });
});

describe('heddle identity', () => {
  it('prints the policy, and sets one from a file or from standard input', async () => {
    const policy = { limits: { email: { most: 5, per: 'year' } } };
    answer = ({ body }) => ({ body: body ?? policy });
    const { out } = await heddle('identity policy');
    expect(JSON.parse(out)).toEqual(policy);
    write('policy.yaml', 'unique: [app_user_id]\n');
    await heddle('identity policy --set policy.yaml');
    expect((await heddle('identity policy --set -', { stdin: [out] })).out).toBe(out);
    expect(asked()).toEqual(['GET /v1/policies/identity', ...Array<string>(2).fill('PUT /v1/policies/identity')]);
    expect(api.requests.slice(1).map(({ body }) => body)).toEqual([{ unique: ['app_user_id'] }, policy]);
  });

  it('lists what was dropped, by type and reason', async () => {
    const event = { messageId: 'm1', at: '2026-05-01T09:00:00.000Z', source: 'server', profile: 'prf_1' };
    answer = () => ({ body: { data: [{ ...event, dropped: [{ type: 'email', reason: 'limit' }] }] } });
    const { out } = await heddle('identity violations --type email --reason limit');
    expect(out).toMatch(/m1 +server +prf_1 +email \(limit\)/);
    expect(asked()).toEqual([expect.stringMatching(/^GET \/v1\/identity\/violations\?type=email&reason=limit/)]);
  });
});

describe('heddle sends', () => {
  it('prints the policy, stops all sends and says what was under way, and lets them go again', async () => {
    answer = () => ({ body: { sendsStopped: true, sending: 2 } });
    const stopped = await heddle('sends stop');
    expect(stopped.out).toBe('All sends are stopped.\n');
    expect(stopped.err).toContain('2 attempts were under way');
    answer = () => ({ body: { sendsStopped: false, resuming: { held: 1200, seconds: 24 } } });
    expect((await heddle('sends start')).out).toMatch(/1,200 that were held go on over 24 s/);
    answer = () => ({ body: { sendsStopped: false } });
    expect((await heddle('sends start')).out).toBe('Sends go again.\n');
    answer = () => ({ body: {} });
    expect((await heddle('sends policy')).out).toBe('{}\n');
    expect(asked()).toEqual([
      'POST /v1/policies/sending/stop',
      ...Array<string>(2).fill('POST /v1/policies/sending/start'),
      'GET /v1/policies/sending',
    ]);
  });
});

describe('heddle profiles merge, unmerge and graph', () => {
  const changes = {
    profiles: [
      { id: 'prf_1', identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: '' }], enters: [], leaves: ['vip'] },
    ],
    enrollments: [{ id: 'enr_1', journey: 'cart', profile: 'prf_2' }],
    events: 3,
  };

  it('shows what taking a merge back would change, and that it did not happen', async () => {
    answer = () => ({ body: { survivor: 'prf_1', absorbed: 'prf_2', isDone: false, changes } });
    const { out } = await heddle('profiles unmerge user_id:u1 prf_2 --dry-run');
    expect(asked()).toEqual(['POST /v1/profiles/user_id%3Au1/unmerge']);
    expect(api.requests[0]?.body).toEqual({ profile: 'prf_2', dryRun: true });
    expect(out).toMatch(/prf_1 gives back prf_2 +not done: a dry run/);
    expect(out).toMatch(/prf_1 +user_id:u1 +vip/);
    expect(out).toMatch(/cart +enr_1 +prf_2 +goes on/);
    expect(out).toContain('3 events since the merge go along');
  });

  it('says what has been done, or that two are one already', async () => {
    answer = () => ({ body: { survivor: 'prf_1', absorbed: 'prf_2', isDone: true } });
    expect((await heddle('profiles merge prf_1 prf_2')).out).toBe('prf_1 absorbs prf_2  done\n');
    answer = () => ({ body: { survivor: 'prf_1', isDone: true } });
    expect((await heddle('profiles merge prf_1 prf_1')).out).toBe('prf_1  one profile already\n');
  });

  it('draws the graph as a table', async () => {
    const room = { used: 1, most: 1_000 };
    const edges = [
      {
        kind: 'identifier',
        identifier: { type: 'user_id', value: 'u1' },
        profile: 'prf_1',
        messageId: 'm1',
        source: 's',
      },
      { kind: 'merge', absorbed: 'prf_2', survivor: 'prf_1', messageId: 'm2', source: 's', undoneAt: '2026-05-01' },
    ];
    answer = () => ({ body: { profiles: ['prf_1'], edges, room: { identifiers: room, merges: room, traits: room } } });
    const { out } = await heddle('profiles graph prf_1');
    expect(out).toMatch(/identifier +user_id:u1 +prf_1 +m1 +s/);
    expect(out).toMatch(/merge, taken back +prf_2 +prf_1 +m2/);
    expect(out).toMatch(/1 of 1000/);
  });
});

describe('heddle identity quarantine', () => {
  it('lists what names nobody, puts one in and releases one', async () => {
    const held = { type: 'email', value: '•••', since: '2026-05-01T09:00:00.000Z', reason: 'people', people: 10 };
    answer = ({ method }) =>
      method === 'DELETE'
        ? { status: 204 }
        : { body: { ...(method === 'POST' ? { isDone: true } : { data: [{ id: 'k1', ...held, source: 'shop' }] }) } };
    expect((await heddle('identity quarantine')).out).toMatch(/k1 +email +••• .* people +10 +shop/);
    expect((await heddle('identity quarantine add email:a:b@x.example')).out).toContain('names nobody');
    expect((await heddle('identity quarantine release k1')).out).toContain('whoever comes');
    expect(asked().slice(1)).toEqual(['POST /v1/identity/quarantine', 'DELETE /v1/identity/quarantine/k1']);
    expect(api.requests[1]?.body).toEqual({ type: 'email', value: 'a:b@x.example' });
    expect((await heddle('identity quarantine add shop')).err).toContain('type:value');
  });
});

it('heddle profiles decide says in which audiences somebody is, and where their journeys stand', async () => {
  const journeys = [{ journey: 'win-back', step: 'wait', enteredAt: '2026-05-01T09:00:00.000Z' }];
  answer = () => ({ body: { audiences: ['vip'], journeys, asOf: '2026-05-01T09:00:00.000Z' } });
  const { out } = await heddle('profiles decide user_id:u1');
  expect(asked()).toEqual(['GET /v1/decide?profile=user_id%3Au1']);
  expect(out).toMatch(/^audience\n.*vip\n\njourney +step +entered\n.*win-back +wait +2026/s);
});

it('heddle profiles decide --slots says what journeys show, and is not recorded as shown', async () => {
  const hero = { content: { text: 'Hello' }, id: 'enr_1', journey: 'win-back', step: 'show' };
  answer = () => ({ body: { audiences: [], journeys: [], slots: { hero }, asOf: '2026-05-01T09:00:00.000Z' } });
  const { out } = await heddle('profiles decide user_id:u1 --slots hero,banner');
  expect(asked()).toEqual(['GET /v1/decide?profile=user_id%3Au1&slots=hero%2Cbanner&preview=true']);
  expect(out).toMatch(/slot +journey +step +content\n.*hero +win-back +show +\{"text":"Hello"\}/s);
});

describe('heddle profiles get', () => {
  it('prints identifiers, traits and audiences, without control characters', async () => {
    answer = () => ({ body: profile });
    const { out } = await heddle('profiles get user_id:u1');
    expect(asked()).toEqual(['GET /v1/profiles/user_id%3Au1']);
    expect(out).toMatch(/^prf_1\n/);
    expect(out).toMatch(/tier +"gold"/);
    expect(out).toMatch(/vip +2026-05-02/);
    expect(out).not.toContain('\u001b');
  });

  it('prints one JSON document, wherever --json stands', async () => {
    answer = () => ({ body: profile });
    const [before, after] = [await heddle('--json profiles get prf_1'), await heddle('profiles get prf_1 --json')];
    expect(JSON.parse(before.out)).toEqual(profile);
    expect(after).toEqual(before);
  });
});

describe('definitions', () => {
  it('puts audiences from JSON, YAML and standard input, under the key of each', async () => {
    answer = () => ({ body: vip });
    write('vip.json', { key: 'vip', name: 'VIP', rule: { audience: 'gold' } });
    write('new.yaml', 'key: new\nname: New\nrule: { trait: tier, is: set }\n');
    const stdin = ['{"key":"piped","name":"Piped",', '"rule":{"audience":"gold"}}'];
    const { code, out } = await heddle('audiences put vip.json new.yaml -', { stdin });
    expect(code).toBe(0);
    expect(out).toMatch(/^audience .*\n(vip .*\n){3}$/);
    expect(asked()).toEqual(['PUT /v1/audiences/vip', 'PUT /v1/audiences/new', 'PUT /v1/audiences/piped']);
    expect(api.requests[1]?.body).toEqual({ name: 'New', rule: { trait: 'tier', is: 'set' } });
  });

  it.each([
    ['nowhere.json', /Cannot read nowhere\.json: there is no such file/],
    ['broken.json', /broken\.json is not JSON/],
    ['broken.yaml', /broken\.yaml is not YAML/],
    ['list.json', /list\.json must hold one definition/],
    ['keyless.json', /keyless\.json has no "key"/],
  ])('refuses %s before anything is sent', async (file, message) => {
    write('broken.json', '{');
    write('broken.yaml', 'a: [');
    write('list.json', []);
    write('keyless.json', { name: 'VIP' });
    const { code, err } = await heddle(`audiences put ${file}`);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(asked()).toEqual([]);
  });

  it('previews a saved audience, or the rule of a file', async () => {
    const sampled = { low: 5, high: 9, sampled: { profiles: 100, of: 900 } };
    const reach = { identifiers: { email: 5 }, destinations: { crm: 6 }, overlap: { gold: 3 } };
    answer = () => ({ body: { asOf: '', count: 7, ...sampled, sample: ['prf_1'], ...reach } });
    write('vip.json', { key: 'vip', name: 'VIP', rule: { audience: 'gold' } });
    const { out } = await heddle('audiences preview vip --as-of 2026-05-01T00:00:00Z');
    await heddle('audiences preview vip.json');
    expect(out).toMatch(/^7 profiles, likely 5 to 9: 100 of 900 were asked\n/);
    expect(out).toMatch(/crm +6/);
    expect(out).toMatch(/gold +3/);
    expect(out).toMatch(/email +5/);
    expect(api.requests.map(({ url, body }) => [url, body])).toEqual([
      ['/v1/audiences/vip/preview', { asOf: '2026-05-01T00:00:00Z' }],
      ['/v1/audiences/vip/preview', { rule: { audience: 'gold' } }],
    ]);
  });

  it('shows what stands in the way of publishing a journey', async () => {
    const finding = { severity: 'error', code: 'x', path: '/start', message: 'No such step.', suggestion: 'Add it.' };
    answer = () => ({ body: { key: 'win-back', name: 'Win-back', status: 'draft', draft: {}, findings: [finding] } });
    write('win-back.json', { key: 'win-back', name: 'Win-back' });
    const { out } = await heddle('journeys put win-back.json');
    expect(out).toMatch(/^win-back +draft /m);
    expect(out).toMatch(/error +win-back +\/start +No such step\. Add it\./);
    const linted = await heddle('journeys lint win-back');
    expect(linted).toMatchObject({ code: 1, err: 'win-back cannot be published: 1 error found.\n' });
    expect(linted.out).toMatch(/error +win-back +\/start +No such step\. Add it\./);
    const warning = { ...finding, severity: 'warning' };
    answer = () => ({ body: { key: 'win-back', findings: [finding, warning, finding] } });
    expect((await heddle('journeys lint win-back')).err).toBe('win-back cannot be published: 2 errors found.\n');
    answer = () => ({ body: { key: 'win-back', findings: [warning] } });
    expect(await heddle('journeys lint win-back')).toMatchObject({ code: 0, err: '' });
  });

  it('says once why a journey cannot be published', async () => {
    const errors = [{ in: 'body', pointer: '/steps/a', message: 'No such step. Add it.' }];
    const detail = 'No such step. Add it.';
    answer = () => ({ status: 400, body: { title: 'Invalid request', detail, errors } });
    const { code, err } = await heddle('journeys publish win-back');
    expect(code).toBe(1);
    expect(err).toBe('Invalid request:\n  /steps/a: No such step. Add it.\n');
  });

  it('prints what was saved before a file that was refused', async () => {
    answer = ({ url }) => (url.endsWith('bad') ? { status: 400, body: { detail: 'No.' } } : { body: vip });
    for (const key of ['vip', 'bad', 'never']) write(`${key}.json`, { key });
    const { code, out, err } = await heddle('audiences put vip.json bad.json never.json --json');
    expect({ code, err }).toEqual({ code: 1, err: 'No.\n' });
    expect(JSON.parse(out)).toEqual(vip);
  });

  it('reads secrets of a destination from the environment, never from the command line', async () => {
    answer = () => ({ body: { key: 'crm', type: 'webhook', name: 'CRM' } });
    write('crm.json', { key: 'crm', type: 'webhook', name: 'CRM', settings: { url: 'https://example.com' } });
    const line = 'destinations put crm.json --secret-env signingSecret=CRM_SECRET';
    const env = { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management' };
    const missing = await heddle(line, { env });
    expect(missing.code).toBe(2);
    expect(missing.err).toMatch(/CRM_SECRET is not set/);
    const { code, out, err } = await heddle(line, { env: { ...env, CRM_SECRET: 'whsec_1' } });
    expect(code).toBe(0);
    expect(out + err).not.toContain('whsec_1');
    expect(api.requests).toEqual([
      expect.objectContaining({ body: expect.objectContaining({ secrets: { signingSecret: 'whsec_1' } }) as unknown }),
    ]);
  });
});

describe('bringing things to another state', () => {
  it.each([
    ['journeys pause win-back', 'POST /v1/journeys/win-back/pause', undefined],
    ['journeys resume win-back', 'POST /v1/journeys/win-back/resume', {}],
    [
      'journeys resume win-back --overdue skip --per-second 5',
      'POST /v1/journeys/win-back/resume',
      { overdue: 'skip', perSecond: 5 },
    ],
    ['journeys archive win-back --in-flight exit', 'POST /v1/journeys/win-back/archive', { inFlight: 'exit' }],
    [
      'journeys publish win-back --in-flight migrate --map a=b --map c=null',
      'POST /v1/journeys/win-back/publish',
      { inFlight: 'migrate', stepMap: { a: 'b', c: null } },
    ],
    [
      'journeys publish win-back --canary 10 --enroll-existing',
      'POST /v1/journeys/win-back/publish',
      { canary: { percent: 10 }, enrollExisting: true },
    ],
    ['journeys publish win-back --dry-run', 'POST /v1/journeys/win-back/publish-preview', {}],
    ['journeys approve win-back', 'POST /v1/journeys/win-back/approve', undefined],
    ['journeys canary win-back 50', 'POST /v1/journeys/win-back/canary', { percent: 50 }],
    ['journeys rollback win-back --in-flight exit', 'POST /v1/journeys/win-back/rollback', { inFlight: 'exit' }],
    [
      'journeys enrol-existing win-back --audience vip --dry-run',
      'POST /v1/journeys/win-back/enrol-existing',
      { audience: 'vip', dryRun: true },
    ],
    ['destinations pause crm', 'POST /v1/destinations/crm/pause', undefined],
    ['destinations resume crm', 'POST /v1/destinations/crm/resume', undefined],
    [
      'journeys enrol win-back user_id:u1 --property order=7',
      'POST /v1/journeys/win-back/enrollments',
      { profile: 'user_id:u1', properties: { order: 7 } },
    ],
    ['enrollments exit enr_1 --reason moved', 'POST /v1/enrollments/enr_1/exit', { reason: 'moved' }],
  ])('%s asks for it, and prints what the API answered', async (line, request, body) => {
    answer = () => ({ body: { key: 'answered', id: 'enr_1', status: 'paused' } });
    const { code, out } = await heddle(`${line} --json`);
    expect({ code, asked: asked() }).toEqual({ code: 0, asked: [request] });
    expect(api.requests[0]?.body).toEqual(body);
    expect(JSON.parse(out)).toMatchObject({ key: 'answered' });
  });

  it('says that a pause came too late for attempts that had begun', async () => {
    answer = () => ({ body: { key: 'win-back', name: 'W', status: 'paused', publishedVersion: 2, sending: 3 } });
    const { out, err } = await heddle('journeys pause win-back');
    expect(out).toBe('win-back  paused  version 2\n');
    expect(err).toMatch(/^3 attempts to deliver were under way/);
  });

  it('says why a run has ended', async () => {
    answer = () => ({ body: { id: 'enr_1', status: 'exited', reason: 'moved', sending: true } });
    expect((await heddle('enrollments exit enr_1')).out).toBe(
      'enr_1  exited: moved  (one attempt to deliver was under way)\n',
    );
  });
});

describe('showing one thing', () => {
  const journey = { key: 'win-back', name: 'W', status: 'published', publishedVersion: 2 };

  it('prints the draft of a journey, or the version published last', async () => {
    answer = ({ url }) =>
      url.includes('versions') ? { body: { data: [{ version: 2, definition: { start: 'now' } }] } } : { body: journey };
    expect((await heddle('journeys get win-back')).out).toBe(
      'win-back  published  version 2\n{\n  "start": "now"\n}\n',
    );
    answer = () => ({ body: { ...journey, draft: { start: 'later' } } });
    expect((await heddle('journeys get win-back')).out).toMatch(/with a newer draft\n[^]*"later"/);
    expect(asked().filter((request) => request.includes('versions'))).toHaveLength(1);
  });

  it('prints a destination with its settings and why it is paused', async () => {
    const paused = { reason: 'http-401', at: '2026-05-01T09:00:00.000Z' };
    answer = () => ({
      body: { key: 'crm', type: 'webhook', name: 'CRM', enabled: true, paused, settings: { url: 'x' } },
    });
    expect((await heddle('destinations get crm')).out).toBe(
      'crm  webhook  paused: http-401  CRM\n{\n  "url": "x"\n}\n',
    );
  });

  it('says whether a destination works as it is set up, and fails when it does not', async () => {
    answer = () => ({ body: { ok: true, code: 'http-204', detail: 'Received.' } });
    expect(await heddle('destinations test crm')).toEqual({ code: 0, out: 'crm  http-204  Received.\n', err: '' });
    answer = () => ({ body: { ok: false, code: 'http-401', detail: 'Refused.' } });
    expect(await heddle('destinations test crm')).toMatchObject({ code: 1, out: 'crm  http-401  Refused.\n' });
    expect(asked()).toEqual(Array(2).fill('POST /v1/destinations/crm/test'));
  });

  it('saves a source, its secrets from the environment, and shows all of them', async () => {
    write('crm.json', { key: 'crm', type: 'postgresql', name: 'CRM', settings: {} });
    const env = { HEDDLE_URL: api.url, HEDDLE_API_KEY: 'hdl_management', CRM_PASSWORD: 'of-the-tests' };
    answer = () => ({ body: { key: 'crm', type: 'postgresql', name: 'CRM', enabled: true, settings: { host: 'db' } } });
    const put = await heddle('sources put crm.json --secret-env password=CRM_PASSWORD', { env });
    expect(put).toEqual({ code: 0, out: 'crm  postgresql  on  CRM\n', err: '' });
    expect(api.requests[0]?.body).toMatchObject({ secrets: { password: 'of-the-tests' } });
    expect((await heddle('sources get crm')).out).toContain('"host": "db"');
    answer = () => ({ body: { data: [{ key: 'crm', type: 'postgresql', name: 'CRM', enabled: false }] } });
    expect((await heddle('sources list')).out).toMatch(/crm +postgresql +off +CRM/);
  });

  it('asks a source now, or from anew, and says how far it has been read', async () => {
    const lastRun = { rows: 8, accepted: 2, duplicates: 2, rejected: 1, tooOld: 3 };
    const problem = { code: 'http-401', message: 'Refused.' };
    answer = () => ({
      body: { source: 'crm', status: 'paused', lastRun, problem, nextRunAt: '2026-05-01T09:00:00.000Z' },
    });
    expect((await heddle('sources pull crm')).out).toBe(
      'crm  paused\nhttp-401: Refused.\nlast run: 8 rows, 2 accepted, 2 duplicates, 1 rejected, 3 too old\nnext run: 2026-05-01T09:00:00.000Z\n',
    );
    await heddle('sources pull crm --reset');
    await heddle('sources pull crm --from 2026-01-01 --status');
    expect(asked()).toEqual([
      'POST /v1/sources/crm/pull',
      'POST /v1/sources/crm/pull/reset',
      'POST /v1/sources/crm/pull',
      'POST /v1/sources/crm/pull/reset',
      'GET /v1/sources/crm/pull',
    ]);
  });

  it('shows what a mapping makes of the first rows, and fails when the source does not work', async () => {
    const rows = [
      { row: { id: 'u1' }, event: { type: 'identify' } },
      { row: {}, rejected: { code: 'no_identifier', message: 'Empty.' } },
    ];
    answer = () => ({ body: { ok: true, code: 'ok', detail: 'It answers.', columns: ['id'], rows } });
    expect(await heddle('sources test crm')).toMatchObject({
      code: 0,
      out: 'crm  ok  It answers.\n{"id":"u1"}\n  → {"type":"identify"}\n{}\n  → rejected, no_identifier: Empty.\n',
    });
    answer = () => ({ body: { ok: false, code: 'http-401', detail: 'Refused.', columns: [], rows: [] } });
    expect(await heddle('sources test crm')).toMatchObject({ code: 1, out: 'crm  http-401  Refused.\n' });
  });

  it('prints its own version', async () => {
    expect(await heddle('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });
});

describe('lists', () => {
  const member = (n: number) => ({ profileId: `prf_${n}`, enteredAt: '2026-05-01T09:00:00.000Z' });
  beforeEach(() => {
    answer = ({ url }) =>
      url.includes('cursor') ? { body: { data: [member(3)] } } : { body: { data: [member(1), member(2)], next: 'c' } };
  });

  it('stops at the limit, and says that there is more', async () => {
    const { out, err } = await heddle('audiences members vip --limit 2');
    expect(out.split('\n')).toHaveLength(4);
    expect(err).toMatch(/more than 2/);
  });

  it('prints all as they come, one JSON document a line', async () => {
    const { out, err } = await heddle('audiences members vip --all --json');
    const ids = out.trim().split('\n').map((line) => (JSON.parse(line) as { profileId: string }).profileId); // prettier-ignore
    expect(ids).toEqual(['prf_1', 'prf_2', 'prf_3']);
    expect(err).toBe('');
  });

  it('asks for those who are held out, and says of each that they are', async () => {
    const asked: string[] = [];
    answer = ({ url }) => {
      asked.push(url);
      return { body: { data: [{ ...member(1), heldOut: true }] } };
    };
    const { out } = await heddle('audiences members vip --held-out');
    expect(asked.join()).toContain('heldOut=true');
    expect(out).toMatch(/prf_1 .*held out/);
  });

  it('lists the runs of a journey or of a person, and asks whose', async () => {
    const run = { id: 'enr_1', journey: 'cart', status: 'active', step: 'settle', waitingFor: ['Order Completed'] };
    answer = () => ({ body: { data: [run] } });
    expect((await heddle('enrollments list --journey cart')).out).toMatch(
      /enr_1 +cart +active +settle +Order Completed/,
    );
    await heddle('enrollments list --profile user_id:u1');
    expect(asked()).toEqual(['GET /v1/journeys/cart/enrollments', 'GET /v1/profiles/user_id%3Au1/enrollments']);
    expect((await heddle('enrollments list')).code).toBe(2);
  });

  it('passes filters on', async () => {
    answer = () => ({ body: { data: [] } });
    const { out } = await heddle('deliveries list --destination crm --status dead --profile user_id:u1');
    expect(out).toBe('none\n');
    expect(asked()).toEqual(['GET /v1/deliveries?destination=crm&status=dead&profile=user_id%3Au1']);
  });
});

describe('one run', () => {
  it('is shown with why it is where it is, its last send, its path and a link', async () => {
    const lastSend = {
      step: 'remind',
      destination: 'crm',
      status: 'withheld',
      reason: 'consent',
      attempts: 0,
      at: 'T1',
    };
    const path = [
      { step: 'remind', visit: 1, at: 'T1', outcome: 'withheld', why: 'consent' },
      { step: 'listen', visit: 1, at: 'T2' },
    ];
    const run = {
      id: 'enr_1',
      journey: 'cart',
      version: 2,
      profileId: 'prf_1',
      why: 'waits 2h',
      path,
      conversions: [],
    };
    answer = () => ({ body: { ...run, lastSend, temporalUrl: 'http://temporal/enr_1' } });
    const { out } = await heddle('enrollments show enr_1');
    expect(asked()).toEqual(['GET /v1/enrollments/enr_1']);
    expect(out.split('\n')).toEqual([
      'enr_1  cart version 2  prf_1',
      'waits 2h',
      'last send: remind to crm, withheld (consent) since T1, 0 attempts',
      'Temporal: http://temporal/enr_1',
      '',
      'step    visit  since  left by',
      'remind      1  T1     withheld (consent)',
      'listen      1  T2     (here)',
      '',
    ]);
  });
});

describe('the record of a run', () => {
  const record = {
    ...{
      enrollment: 'enr_1',
      journey: 'cart',
      version: 2,
      profileId: 'prf_1',
      audiences: [],
      sending: {},
      channels: {},
    },
    ...{ failing: [], from: 'T0', to: 'T9', events: [], isScrubbed: true, notes: ['A note.'] },
    definition: { key: 'cart' },
    steps: [
      { step: 'settle', type: 'wait', visit: 1, at: 'T1', outcome: 'waited', cause: 'time' },
      { step: 'remind', type: 'send', visit: 1, at: 'T2', outcome: 'withheld', why: 'consent' },
    ],
    sends: [{ step: 'remind', destination: 'crm', status: 'withheld', at: 'T3' }],
    end: { status: 'completed', step: 'remind', reason: 'completed' },
  };

  it('is walked through step by step', async () => {
    answer = () => ({ body: record });
    const { out } = await heddle('enrollments step enr_1');
    expect(asked()).toEqual(['GET /v1/enrollments/enr_1/record']);
    expect(out.split('\n')).toEqual([
      '1/2  cart version 2  settle (wait)',
      '     came T1, visit 1',
      '     left by waited (time) for remind, T2',
      '',
      '2/2  cart version 2  remind (send)',
      '     came T2, visit 1',
      '     sent to crm: withheld, T3',
      '     left by withheld (consent)',
      '     completed: completed',
      '',
    ]);
  });

  it('is written as a test, without values unless they are asked for', async () => {
    answer = () => ({ body: record });
    const { out, err } = await heddle('enrollments export enr_1 --as-test');
    await heddle('enrollments export enr_1 --as-test --with-values');
    expect(asked()).toEqual([
      'GET /v1/enrollments/enr_1/record?values=false',
      'GET /v1/enrollments/enr_1/record?values=true',
    ]);
    expect(out).toContain("import { replayRecord } from 'heddle/testing';");
    expect(err).toBe('A note.\n');
    expect((await heddle('enrollments export enr_1')).code).toBe(2);
  });
});

describe('figures', () => {
  it('counts a journey step by step, and adds no currencies', async () => {
    const left = { delivered: 1180, rejected: 10 };
    const waits = { entered: 1202, waiting: 3, stuck: 1, medianDwellMs: 5_400_000 };
    const gone = { left, exited: { purchased: 7 }, failed: { 'visit-limit': 2 } };
    const step = { step: 'remind', type: 'send', ...waits, ...gone, reasons: { rejected: { 'http-422': 10 } } };
    const goals = [
      { key: 'purchase', conversions: 6, rate: 0.005, value: { EUR: 99.5, USD: 10 } },
      { key: 'review', conversions: 0, rate: null, value: {} },
    ];
    const runs = { entered: 1200, active: 3, completed: 1190, exited: { purchased: 6, merged: 1 }, failed: 0 };
    answer = () => ({ body: { ...runs, steps: [step], goals } });
    const { out } = await heddle('journeys counts abandoned-cart');
    await heddle('journeys funnel abandoned-cart --window 24h --variant subject:long');
    expect(asked()).toEqual([
      'GET /v1/journeys/abandoned-cart/funnel',
      'GET /v1/journeys/abandoned-cart/funnel?window=24h&variant=subject%3Along',
    ]);
    expect(out.split('\n')).toEqual([
      'entered  active  completed  exited  failed',
      '  1,200       3      1,190       7       0',
      '',
      'step    entered  waiting  stuck   left  exited  failed  median stay  how',
      'remind    1,202        3      1  1,190       7       2  1.5 h        delivered 1,180, rejected 10 (http-422 10), exited: purchased 7, failed: visit-limit 2',
      '',
      'goal      conversions  rate  value',
      'purchase            6  0.5%  EUR 99.5, USD 10',
      'review              0  –',
      '',
    ]);
  });

  it('says how deliveries stand, and whether they add up', async () => {
    const counts = { reserved: 0, held: 0, sent: 0, retrying: 0, delivered: 8, rejected: 1, dead: 0, unknown: 0 };
    const conservation = { emitted: 10, ledger: 10, gap: 0 };
    const latency = { p50: 12, p95: null, p99: null };
    const reasons = { rejected: { 'invalid-email': 1 } };
    answer = () => ({ body: { ...counts, emitted: 10, withheld: { consent: 1 }, reasons, conservation, latency } });
    const { out } = await heddle('impact crm --window 24h');
    expect(asked()).toEqual(['GET /v1/impact/destinations/crm?window=24h']);
    expect(out).toMatch(/rejected +1 +invalid-email 1/);
    expect(out).toMatch(/withheld +1 +consent/);
    expect(out).toMatch(/emitted +10 +adds up/);
  });
});

describe('heddle workspaces create', () => {
  it('needs the root key, and shows the keys once', async () => {
    const keys = { public: 'hdl_p', secret: 'hdl_s', management: 'hdl_m' };
    answer = () => ({ body: { id: 'ws_1', name: 'Shop', createdAt: '', keys } });
    const without = await heddle('workspaces create Shop');
    expect(without.code).toBe(2);
    expect(without.err).toMatch(/HEDDLE_ROOT_KEY/);
    const { out } = await heddle('workspaces create Shop', { env: { HEDDLE_URL: api.url, HEDDLE_ROOT_KEY: 'root' } });
    expect(api.requests[0]?.headers.authorization).toBe('Bearer root');
    expect(out).toMatch(/^ws_1 {2}Shop\n/);
    expect(out).toMatch(/management +hdl_m/);
  });
});

describe('heddle tail', () => {
  const delivery = (id: string, status: string) => ({
    id,
    status,
    destination: 'crm',
    profileId: 'prf_1',
    audience: 'vip',
    operation: 'add',
    attempts: [],
    createdAt: '2026-05-01T09:00:00.000Z',
  });

  it('prints each change of a delivery once, and ends when it is refused', async () => {
    const pages = [
      [delivery('dlv_1', 'delivered')],
      [delivery('dlv_3', 'sent'), delivery('dlv_2', 'retrying'), delivery('dlv_1', 'delivered')],
      [delivery('dlv_3', 'sent'), delivery('dlv_2', 'delivered'), delivery('dlv_1', 'delivered')],
    ];
    answer = () => {
      const data = pages.shift();
      return data ? { body: { data } } : { status: 403, body: { detail: 'Enough.' } };
    };
    const { code, out, err } = await heddle('tail --json');
    const seen = out.trim().split('\n').map((line) => (JSON.parse(line) as { data: { id: string; status: string } }).data); // prettier-ignore
    expect(seen.map(({ id, status }) => [id, status])).toEqual([
      ['dlv_2', 'retrying'],
      ['dlv_3', 'sent'],
      ['dlv_2', 'delivered'],
    ]);
    expect(err).toMatch(/Enough\./);
    expect(code).toBe(1);
  });
});

describe('heddle import', () => {
  const result = { dryRun: false, rows: 2, applied: 2, duplicates: 0, rejected: 0, rejectedByCode: {}, examples: [] };
  const operation = {
    id: 'op_1',
    kind: 'import',
    status: 'completed',
    progress: { done: 2, total: 2 },
    startedBy: 'key_1',
    createdAt: '2026-05-01T09:00:00.000Z',
    updatedAt: '2026-05-01T09:00:00.000Z',
  };
  let ended: object;
  beforeEach(() => {
    write('people.csv', 'id,age\nu1,42\nu2,43\n');
    ended = { ...operation, result };
    answer = ({ method, url, body }) => {
      if (method === 'POST') return { status: 201, body: { id: 'op_1', ...(body as object) } };
      if (url.endsWith('/preview')) return { body: { data: [{ row: 1, event: { userId: 'u1' } }] } };
      return { body: ended };
    };
  });
  const userId = { to: 'identifier', type: 'user_id' };

  it('sends what columns mean, then the file, and says how to follow it', async () => {
    const { code, out, err } = await heddle('import people.csv --map id=user_id --map age=trait:age:integer');
    expect({ code, out }).toEqual({ code: 0, out: 'op_1\n' });
    expect(err).toMatch(/heddle operations wait op_1/);
    expect(api.requests.map(({ method, url, body }) => [`${method} ${url}`, body])).toEqual([
      [
        'POST /v1/imports',
        {
          format: 'csv',
          mapping: { columns: { id: [userId], age: [{ to: 'trait', name: 'age', as: 'integer' }] } },
          dryRun: false,
        },
      ],
      ['PUT /v1/imports/op_1/file', 'id,age\nu1,42\nu2,43\n'],
    ]);
    expect(api.requests[1]?.headers).toMatchObject({ 'content-type': 'text/csv' });
  });

  it('waits until every row is applied, and prints the counts', async () => {
    const { code, out } = await heddle('import people.csv --map id=user_id --wait');
    expect(code).toBe(0);
    expect(out).toMatch(/rows +applied +duplicates +rejected\n +2 +2 +0 +0/);
    const json = await heddle('import people.csv --map id=user_id --wait --json');
    expect(JSON.parse(json.out)).toEqual(ended);
  });

  it('without a mapping tries a guess, shows what it would do and writes nothing', async () => {
    ended = { ...operation, result: { ...result, dryRun: true, wouldApply: 2, wouldUpdate: 0, wouldCreate: 2 } };
    const { code, out, err } = await heddle('import people.csv');
    expect(code).toBe(0);
    expect(api.requests[0]?.body).toMatchObject({ mapping: 'auto', dryRun: true });
    expect(out).toMatch(/would apply/);
    expect(out).toContain('{"userId":"u1"}');
    expect(err).toMatch(/--mapping auto/);
  });

  it('fails when rows were refused, and shows why', async () => {
    const examples = [{ row: 2, code: 'no_identifier', column: '', message: 'Fill one in.' }];
    ended = { ...operation, result: { ...result, applied: 1, rejected: 1, examples } };
    const { code, out, err } = await heddle('import people.csv --map id=user_id --wait');
    expect(code).toBe(1);
    expect(out).toMatch(/2 +no_identifier +Fill one in\./);
    expect(err).toMatch(/1 rows were rejected; GET \/v1\/imports\/op_1\/errors\.csv/);
  });

  it('fails when the import did', async () => {
    ended = { ...operation, status: 'failed', error: { code: 'file_gone', message: 'The file is gone.' } };
    expect(await heddle('import people.csv --mapping auto --wait')).toMatchObject({
      code: 1,
      err: expect.stringContaining('The file is gone.') as string,
    });
  });

  it('reads a mapping from a file, and rows from standard input', async () => {
    write('mapping.yaml', 'columns:\n  id: { to: identifier, type: user_id }\n');
    await heddle('import - --type ndjson --mapping mapping.yaml', { stdin: ['{"id":"u1"}\n', '{"id":"u2"}\n'] });
    expect(api.requests[0]?.body).toMatchObject({ format: 'ndjson', mapping: { columns: { id: userId } } });
    expect(api.requests[1]).toMatchObject({ body: '{"id":"u1"}\n{"id":"u2"}\n' });
  });

  it.each([
    ['a file there is not', 'import none.csv --mapping auto', 1, /no such file/],
    ['a column without a target', 'import people.csv --map id', 2, /no column before an "="/],
    ['a target there is not', 'import people.csv --map id=shoe', 2, /"shoe" is none of these/],
    ['two mappings', 'import people.csv --map id=user_id --mapping auto', 2, /not both/],
  ])('refuses %s before anything is sent', async (_what, line, code, message) => {
    const told = await heddle(line);
    expect(told.code).toBe(code);
    expect(told.err).toMatch(message);
    expect(asked()).toEqual([]);
  });
});

describe('heddle operations', () => {
  const running = {
    id: 'op_1',
    kind: 'import',
    status: 'running',
    progress: { done: 1_000, total: 4_000 },
    delayedBy: 'MongoNetworkError',
    startedBy: 'key_1',
    createdAt: '2026-05-01T09:00:00.000Z',
    updatedAt: '2026-05-01T09:00:00.000Z',
  };

  it('lists them, with what delays one', async () => {
    answer = () => ({ body: { data: [running] } });
    const { out } = await heddle('operations list --kind import --status running');
    expect(out).toMatch(/op_1 +import +running, delayed by MongoNetworkError +1,000 +4,000/);
    expect(asked()).toEqual(['GET /v1/operations?kind=import&status=running']);
  });

  it('cancels one', async () => {
    answer = () => ({ body: { ...running, status: 'cancelled' } });
    const { out } = await heddle('operations cancel op_1 --json');
    expect(JSON.parse(out)).toMatchObject({ status: 'cancelled' });
    expect(asked()).toEqual(['POST /v1/operations/op_1/cancel']);
  });

  it('waits for the end of one, and fails unless it has completed', async () => {
    const answers = [running, { ...running, status: 'completed' }, { ...running, status: 'cancelled' }];
    answer = () => ({ body: answers.shift() });
    const completed = await heddle('operations wait op_1');
    expect(completed.code).toBe(0);
    expect(completed.err).toMatch(/import 1,000 of 4,000/);
    expect(await heddle('operations wait op_1')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cancelled/) as string,
    });
  });
});

describe('dead letters', () => {
  it('are replayed by a filter or by ids, and the counts are told', async () => {
    const result = { replayed: 2, refused: 1, lost: 0 };
    answer = ({ url }) => ({
      body: url.startsWith('/v1/operations') ? { id: 'op_1', status: 'completed', result } : { id: 'op_1' },
    });
    const { code, out, err } = await heddle('dead-letters replay --code invalid_id --source shop');
    expect({ code, out }).toEqual({ code: 0, out: '2 replayed, 1 refused, 0 lost\n' });
    expect(err).toContain('op_1');
    await heddle('dead-letters discard ddl_1 ddl_2 --reason old');
    expect(api.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { filter: { code: 'invalid_id', source: 'shop' } },
      { ids: ['ddl_1', 'ddl_2'], reason: 'old' },
    ]);
  });

  it('are not all taken because none was named', async () => {
    for (const line of ['replay', 'discard --reason old', 'replay ddl_1 --all'])
      expect((await heddle(`dead-letters ${line}`)).code).toBe(2);
    expect(asked()).toEqual([]);
  });

  it('are listed by what they are about', async () => {
    answer = () => ({ body: { data: [] } });
    expect((await heddle('dead-letters list --stage quarantined --message-id m1')).out).toBe('none\n');
    expect(asked()).toEqual(['GET /v1/dead-letters?stage=quarantined&messageId=m1']);
  });
});

it('the catalogue shows an event with fill rates and types', async () => {
  const types = [
    { type: 'number', share: 0.9 },
    { type: 'string', share: 0.1 },
  ];
  const properties = [{ path: 'properties.total', fillRate: 0.5, types, samples: ['gold'] }];
  const identifiers = [{ type: 'user_id', fillRate: 1 }];
  answer = () => ({ body: { name: 'Bought', kind: 'track', count: 10, sampled: 10, identifiers, properties } });
  const { out } = await heddle('catalogue get Bought');
  expect(out).toContain('user_id       100%');
  expect(out).toContain('properties.total     50%  number 90%, string 10%  gold');
  expect(asked()).toEqual(['GET /v1/catalogue/Bought']);
});

describe('a definition as code', () => {
  const definition = { key: 'vip', name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } };
  const code = [
    "import { audience, trait } from 'heddle/code';",
    "export const definition = audience('vip', 'VIP').where(trait('tier').equals('gold'));",
  ].join('\n\n');

  it('is written from a file, without the server', async () => {
    write('vip.json', definition);
    expect(await heddle('audiences code ./vip.json')).toEqual({ code: 0, out: `${code}\n`, err: '' });
    expect(asked()).toEqual([]);
  });

  it('is written from what the server has: of an audience that is being prepared, what was saved last', async () => {
    const stored = { ...definition, kind: 'live', public: false, version: 1, size: 3 };
    answer = () => ({ body: { ...stored, rule: { audience: 'old' }, next: { ...stored, version: 2 } } });
    expect((await heddle('audiences code vip')).out).toBe(`${code}\n`);
  });

  it('is written from what was published of a journey without a draft', async () => {
    const bye = {
      key: 'bye',
      name: 'Bye',
      entry: { on: { event: 'Left' } },
      start: 'end',
      steps: { end: { type: 'exit' } },
    };
    answer = ({ url }) => ({
      body: url.includes('versions') ? { data: [{ version: 1, definition: bye }] } : { key: 'bye', name: 'Bye' },
    });
    expect((await heddle('journeys code bye')).out).toContain(".on(event('Left'))");
  });
});

it('drops what an editor checks a file by', async () => {
  answer = () => ({ body: vip });
  write('vip.json', { $schema: './audience.schema.json', name: 'VIP', key: 'vip', rule: { audience: 'gold' } });
  expect((await heddle('audiences put vip.json')).code).toBe(0);
  expect(api.requests[0]?.body).toEqual({ name: 'VIP', rule: { audience: 'gold' } });
});

describe('types pull', () => {
  it('writes what the catalogue has learned, event by event', async () => {
    const event = {
      kind: 'track',
      name: 'Bought',
      properties: [{ path: 'properties.total', types: [{ type: 'number' }] }],
    };
    answer = ({ url }) => ({ body: url.startsWith('/v1/catalogue?') ? { data: [event] } : event });
    expect(await heddle('types pull --out types.ts')).toMatchObject({ code: 0, out: 'types.ts\n' });
    expect(asked()).toEqual(['GET /v1/catalogue?limit=100', 'GET /v1/catalogue/Bought?kind=track']);
    expect(readFileSync(join(folder, 'types.ts'), 'utf8')).toMatch(/readonly 'Bought': \{\s+readonly 'total': number;/);
  });
});
