import type { Server } from 'node:http';
import { join } from 'node:path';
import { workspaceId } from '../domain/ids';
import { listen, testRootKey, useTestApi } from '../testing/test-api';
import { run } from './run';

const examples = join(__dirname, '../../examples');
const api = useTestApi();
let server: Server;
let env: Record<string, string>;
beforeAll(async () => {
  const listening = await listen(api.app);
  server = listening.server;
  env = { HEDDLE_URL: listening.url, HEDDLE_ROOT_KEY: testRootKey };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** As much of any answer as the test reads. */
interface Answer {
  readonly id: string;
  readonly keys: { readonly management: string };
}

/** Runs a command with `--json` against the API and its store, and answers the documents it printed. */
async function heddle(argv: readonly string[], { stdin = '', more = {} }: { stdin?: string; more?: object } = {}) {
  const written = { out: '', err: '' };
  async function* input() {
    yield stdin;
  }
  const code = await run([...argv, '--json'], {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: { ...env, ...more },
    cwd: examples,
    stdin: input(),
    wait: async () => undefined,
  });
  const lines = written.out.split('\n').filter((line) => line !== '');
  return { code, err: written.err, documents: lines.map((line) => JSON.parse(line) as Answer) };
}

describe('the command line against the API', () => {
  it('goes from a fresh workspace to an audience, a journey and their figures', async () => {
    const [made] = (await heddle(['workspaces', 'create', 'Shop'])).documents;
    if (!made) throw new Error('No workspace was made.');
    env['HEDDLE_API_KEY'] = made.keys.management;

    const crm = await heddle(['destinations', 'put', 'destinations/crm.ts', '--secret-env', 'signingSecret=SECRET'], {
      more: { SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
    });
    expect(crm).toMatchObject({ code: 0, documents: [{ key: 'crm', type: 'webhook', enabled: true }] });
    expect(await heddle(['audiences', 'put', 'audiences/vip.ts', 'audiences/inactive-60d.ts'])).toMatchObject({
      code: 0,
      documents: [{ key: 'vip', version: 1 }, { key: 'inactive-60d' }],
    });
    expect(await heddle(['audiences', 'attach', 'vip', 'crm', '--identifiers', 'user_id'])).toMatchObject({
      code: 0,
      documents: [{ audience: 'vip', destination: 'crm', use: 'target', identifiers: ['user_id'] }],
    });
    const ads = ['destinations', 'put', 'destinations/meta-ads.ts', '--secret-env', 'accessToken=TOKEN'];
    expect(await heddle(ads, { more: { TOKEN: 'EAAB-token-of-the-tests' } })).toMatchObject({ code: 0 });
    for (const [external, answered] of [
      ['new', { create: true }],
      ['77', { id: '77' }],
    ] as const)
      expect(await heddle(['audiences', 'attach', 'vip', 'meta-ads', '--external', external])).toMatchObject({
        code: 0,
        documents: [{ destination: 'meta-ads', external: answered }],
      });
    const draft = await heddle(['journeys', 'put', 'journeys/abandoned-cart.ts']);
    expect(draft).toMatchObject({ code: 0, documents: [{ key: 'abandoned-cart', status: 'draft' }] });
    expect(await heddle(['journeys', 'lint', 'abandoned-cart'])).toMatchObject({ code: 0, err: '' });
    expect(await heddle(['journeys', 'publish', 'abandoned-cart'])).toMatchObject({
      code: 0,
      documents: [{ status: 'published', publishedVersion: 1 }],
    });

    const events = [
      { type: 'identify', userId: 'u1', traits: { tier: 'gold', ltv: 900 } },
      { type: 'track', userId: 'u1', event: 'Cart Started', properties: { cart_id: 'c1' } },
      { type: 'track', event: 'Nobody' },
    ];
    const sent = await heddle(['send', 'file', '-'], {
      stdin: events.map((event) => JSON.stringify(event)).join('\n'),
    });
    expect(sent).toMatchObject({ code: 1, documents: [{ accepted: 2, duplicates: 0, rejected: [{ line: 3 }] }] });
    await api.catchUp(workspaceId(made.id));

    const [profile] = (await heddle(['profiles', 'get', 'user_id:u1'])).documents;
    expect(profile).toMatchObject({ traits: { tier: 'gold', ltv: 900 }, audiences: [{ key: 'vip' }] });
    const { documents: members } = await heddle(['audiences', 'members', 'vip', '--all']);
    expect(members).toEqual([{ profileId: profile?.id, enteredAt: expect.any(String) as string }]);
    expect((await heddle(['audiences', 'preview', 'vip'])).documents).toMatchObject([
      { count: 1, sample: [profile?.id] },
    ]);
    expect((await heddle(['audiences', 'rollback', 'vip', '1'])).documents).toMatchObject([{ key: 'vip', version: 1 }]);
    expect((await heddle(['audiences', 'versions', 'vip'])).documents).toMatchObject([{ data: [{ version: 1 }] }]);
    expect((await heddle(['audiences', 'explain', 'vip', profile?.id ?? ''])).documents).toMatchObject([
      { isMember: true, matches: true },
    ]);
    expect((await heddle(['audiences', 'preview', 'audiences/inactive-60d.ts'])).documents).toMatchObject([
      { count: 0 },
    ]);
    expect((await heddle(['journeys', 'counts', 'abandoned-cart'])).documents).toMatchObject([{ entered: 1 }]);
    expect((await heddle(['impact', 'crm'])).documents).toMatchObject([{ delivered: 0, withheld: {} }]);
    for (const list of ['audiences', 'journeys', 'destinations', 'deliveries']) {
      expect(await heddle([list, 'list'])).toMatchObject({ code: 0, documents: [{ data: expect.any(Array) as [] }] });
    }
  });

  it('says where a definition is wrong', async () => {
    const { code, err } = await heddle(['audiences', 'put', '-'], {
      stdin: JSON.stringify({ key: 'bad', name: 'Bad', rule: { trait: 'tier', is: 'resembles', value: 'gold' } }),
    });
    expect(code).toBe(1);
    expect(err).toMatch(/\/rule.*: /);
  });
});
