import type { Server } from 'node:http';
import request from 'supertest';
import { listen, sendBatch, useTestApi, useWorkspace } from '../testing/test-api';
import { run } from './run';

const api = useTestApi();
const workspace = useWorkspace(api, beforeAll);
let server: Server;
let url: string;
beforeAll(async () => {
  ({ server, url } = await listen(api.app));
  const context = { groupType: 'household' };
  const group = (userId: string, groupRole: string) => ({
    ...{ type: 'group', userId, groupId: 'home-17', context: { ...context, groupRole } },
  });
  const tied = { type: 'identify', userId: 'ann', anonymousId: 'a1' };
  await sendBatch(api.app, workspace.secretKey, [
    { type: 'track', event: 'Viewed', anonymousId: 'a1' },
    group('ann', 'parent'),
    group('bob', 'child'),
    tied,
  ]).expect(200);
  await api.catchUp(workspace.ws);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What a command prints for people, with one space for the room between columns. */
async function heddle(...argv: string[]): Promise<string> {
  let out = '';
  let err = '';
  const code = await run(argv, {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    env: { HEDDLE_URL: url, HEDDLE_API_KEY: workspace.apiKey },
    cwd: '/',
    stdin: (async function* () {})(),
    wait: async () => undefined,
  });
  expect([code, err]).toEqual([0, '']);
  return out.replaceAll(/ {2,}/g, ' ');
}

it('shows a person with the groups they are in, and each group with everybody in it', async () => {
  expect(await heddle('profiles', 'get', 'user_id:ann')).toMatch(/household home-17 parent/);
  const members = await heddle('households', 'members', 'home-17');
  expect(members).toMatch(/parent .*user_id:ann/);
  expect(members).toMatch(/child .*user_id:bob/);
});

it('says in figures how people were told apart', async () => {
  const insights = await heddle('identity', 'insights');
  expect(insights).toContain('0 identifiers are in quarantine');
  expect(insights).toContain('of 2 profiles 2 are known, 1 have absorbed others (50%)');
  expect(insights).toMatch(/absorbed profiles 0.5/);
});

it('draws a rule as the tree it is, and points at what turns it', async () => {
  const rule = { not: { not: { all: [{ trait: 'tier', is: 'set' }] } } };
  const { status } = await request(api.app)
    .put('/v1/audiences/tiered')
    .auth(workspace.apiKey, { type: 'bearer' })
    .send({ name: 'Tiered', rule });
  expect(status).toBe(200);
  const lines = (await heddle('audiences', 'explain', 'tiered', 'user_id:ann')).split('\n');
  expect(lines[0]).toMatch(/the rule does not hold; ← turns it$/);
  expect(lines.slice(2).map((line) => line.trim())).toEqual([
    '✗ not',
    '✓ not',
    '✗ all',
    expect.stringMatching(/^✗ \{"trait":"tier","is":"set"\} nothing +←$/),
    '',
  ]);
});
