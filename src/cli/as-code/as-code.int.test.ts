import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createClient } from '../../client/client';
import { listen, sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';
import { run } from '../run';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
let server: Server;
let url: string;
let folder: string;
beforeAll(async () => {
  ({ server, url } = await listen(api.app));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-as-code-'));
  write('destinations/crm.json', {
    ...{ $schema: 'destination.json', key: 'crm', type: 'webhook', name: 'CRM' },
    settings: { url: 'https://crm.example.com/hook' },
    secrets: { signingSecret: { fromEnv: 'CRM_SECRET' } },
  });
  write('audiences/a-of-gold.json', { key: 'a-of-gold', name: 'Of gold', rule: { audience: 'gold' } });
  write('audiences/gold.yaml', 'key: gold\nname: Gold\nrule: { trait: tier, is: equals, value: gold }\n');
  write('journeys/hello.ts', journey('1h'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const journey = (wait: string) => `
  import { entered, journey } from 'heddle/code';
  const waiting: string = '${wait}';
  export const hello = journey('hello').on(entered('gold')).purpose('marketing').wait(waiting).as('rest').send('crm').as('greet');
`;

function write(name: string, content: unknown): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

async function heddle(
  line: string,
  env: Record<string, string> = { CRM_SECRET: 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0' },
) {
  const written = { out: '', err: '' };
  const code = await run(line.split(' '), {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
    env: { HEDDLE_URL: url, HEDDLE_API_KEY: workspace.apiKey, ...env },
    cwd: folder,
    stdin: (async function* () {})(),
    wait: async () => undefined,
  });
  return { code, ...written };
}
const client = () => createClient({ url, apiKey: workspace.apiKey });

async function people(count: number, tier: string): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => `u${index}`);
  await sendBatch(
    api.app,
    workspace.secretKey,
    ids.map((userId) => ({ type: 'identify', userId, traits: { tier } })),
  ).expect(200);
  await api.catchUp(workspace.ws);
}

const gold = (value: string) => ({ key: 'gold', name: 'Gold', rule: { trait: 'tier', is: 'equals', value } });

describe('a folder of definitions', () => {
  it('is planned, applied in the order in which one names another, and is then what the server has', async () => {
    const planned = await heddle('plan . --detailed-exitcode');
    expect(planned.code).toBe(2);
    expect(planned.out).toContain('4 to create, 0 to update');
    expect(await client().destinations.list()).toMatchObject({ data: [] });

    expect(await heddle('apply .')).toMatchObject({ code: 0, out: '4 applied\n' });
    expect(await client().journeys.get('hello')).toMatchObject({ status: 'published', publishedVersion: 1 });
    expect(await heddle('plan . --detailed-exitcode')).toMatchObject({
      code: 0,
      out: expect.stringContaining('4 unchanged') as string,
    });
    expect(await heddle('apply .')).toMatchObject({ code: 0, out: 'nothing to do\n' });
  });

  it('says place by place what changes, and how many enter and leave', async () => {
    await people(3, 'gold');
    await heddle('apply .');
    await api.catchUp(workspace.ws);
    write('audiences/gold.yaml', gold('silver'));
    write('journeys/hello.ts', journey('2h'));
    const { out } = await heddle('plan .');
    expect(out).toContain('~ audiences/gold  update\n    /rule/value: "gold" → "silver"');
    expect(out).toContain('0 enter and 3 leave, of 3 members');
    expect(out).toContain('/steps/rest/for: "1h" → "2h"');
    expect(out).toContain('nobody inside');
    expect((await heddle('diff .')).out).not.toContain('leave');
  });

  it('moves a large share of an audience only for whoever says so', async () => {
    await people(3, 'gold');
    await heddle('apply .');
    await api.catchUp(workspace.ws);
    write('audiences/gold.yaml', gold('silver'));
    const refused = await heddle('apply .');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('100 % of the 3 members of "gold" are moved');
    expect((await heddle('plan . --detailed-exitcode')).code).toBe(2);
    expect(await heddle('apply . --yes-really')).toMatchObject({ code: 0, out: '1 applied\n' });
  });

  it('is not applied by a plan that does not hold any more', async () => {
    await heddle('apply .');
    write('audiences/a-of-gold.json', { key: 'a-of-gold', name: 'Golden', rule: { audience: 'gold' } });
    await heddle('plan . --out plan.txt');
    await client().audiences.put('a-of-gold', { name: 'By hand', rule: { audience: 'gold' } });
    const refused = await heddle('apply . --plan plan.txt');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('The plan does not hold any more');
    expect(await client().audiences.get('a-of-gold')).toMatchObject({ name: 'By hand' });

    await heddle('plan . --out plan.txt');
    expect(await heddle('apply . --plan plan.txt')).toMatchObject({ code: 0, out: '1 applied\n' });
  });

  it('says what was done when one is refused, and goes on from there', async () => {
    write('audiences/wrong.json', { key: 'wrong', name: 'Wrong', rule: { audience: 'nobody' } });
    const stopped = await heddle('apply .');
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain('audiences/wrong was not saved');
    expect(stopped.err).toContain(
      'Done: destinations/crm, audiences/gold, audiences/a-of-gold. Not done: journeys/hello.',
    );
    rmSync(join(folder, 'audiences/wrong.json'));
    expect((await heddle('apply .')).out).toBe('1 applied\n');
  });

  it('shows what somebody has changed by hand since', async () => {
    expect((await heddle('drift .')).err).toContain('Nothing was applied from . yet');
    await heddle('apply .');
    expect(await heddle('drift . --detailed-exitcode')).toMatchObject({ code: 0, out: 'nothing was changed since\n' });
    await client().audiences.put('gold', { name: 'By hand', rule: gold('gold').rule as never });
    const found = await heddle('drift . --detailed-exitcode');
    expect(found).toMatchObject({ code: 2, out: expect.stringContaining('/name: "Gold" → "By hand"') as string });
  });

  it('leaves alone what only the server has, unless it is to be pruned', async () => {
    await heddle('apply .');
    await client().audiences.put('extra', { name: 'Extra', rule: { trait: 'a', is: 'set' } });
    expect((await heddle('plan .')).out).toContain('? audiences/extra  only-on-server');
    expect((await heddle('apply .')).out).toBe('nothing to do\n');
    expect((await heddle('apply . --prune')).out).toBe('1 applied\n');
    await expect(client().audiences.get('extra')).rejects.toMatchObject({ status: 404 });
  });

  it('publishes a journey as the file beside says: for a share of people, with a map of its steps', async () => {
    await heddle('apply .');
    write('journeys/hello.ts', journey('2h').replace("as('rest')", "as('pause')"));
    const how = { canary: { percent: 10 } };
    write('publish.json', { hello: how });
    expect((await heddle('plan .')).out).toContain('published with {"canary":{"percent":10}}');
    await heddle('apply .');
    expect(await client().journeys.get('hello')).toMatchObject({ publishedVersion: 2, canary: { percent: 10 } });

    write('publish.json', { hello: { inFlight: 'migrate', stepMap: { rest: 'nowhere' } } });
    write('journeys/hello.ts', journey('3h').replace("as('rest')", "as('pause')"));
    expect((await heddle('apply .')).err).toContain('journeys/hello was not saved');
    write('publish.json', { bye: {} });
    expect((await heddle('plan .')).err).toContain('says how "bye" is published, and the folder has no such journey');
  });

  it('has secrets of the environment alone, before anything is changed', async () => {
    expect((await heddle('apply .', {})).err).toContain('CRM_SECRET is not set');
    expect(await client().destinations.list()).toMatchObject({ data: [] });
    await heddle('plan . --out plan.txt');
    expect(readFileSync(join(folder, 'plan.txt'), 'utf8')).not.toContain('whsec_');
    write('destinations/crm.json', {
      ...{ key: 'crm', type: 'webhook', name: 'CRM', settings: { url: 'https://crm.example.com/hook' } },
      secrets: { signingSecret: 'whsec_1' },
    });
    expect((await heddle('apply .')).err).toContain('Write the secret "signingSecret" as { "fromEnv": "VARIABLE" }');
  });
});
