import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { until } from '../../../testing/system';
import { sendBatch, testLimits, useTestApi, useWorkspace } from '../../../testing/test-api';

const closing = new AbortController();
const most = 3;
const limits = { ...testLimits, changeStreams: { most, ofWorkspace: 2, seconds: 120 } };
const api = useTestApi({ limits, closing: closing.signal });
const [workspace, others] = [useWorkspace(api, beforeEach), useWorkspace(api, beforeEach)];

interface Line {
  readonly id?: string;
  readonly event?: string;
  readonly data?: { readonly change: string; readonly profile: string; readonly reason?: string; readonly id: string };
}

/** Reads a stream as a browser does. */
class Reader {
  readonly lines: Line[] = [];
  lastId?: string;
  status = 0;
  retryAfter?: string;
  isOver = false;
  isTaking = true;
  #answer?: IncomingMessage;

  static async open(path: string, key: string, headers: Record<string, string> = {}): Promise<Reader> {
    const reader = new Reader();
    const { port } = server.address() as AddressInfo;
    const sent = { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers };
    const asked = get({ host: '127.0.0.1', port, path, headers: sent, agent: false });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    Object.assign(reader, { status: answer.statusCode, retryAfter: answer.headers['retry-after'] });
    reader.#answer = answer.setEncoding('utf8');
    answer.once('close', () => (reader.isOver = true));
    let rest = '';
    answer.on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) reader.#take(block);
    });
    answer.on('error', () => undefined);
    readers.push(reader);
    return reader;
  }

  leave(): void {
    this.#answer?.destroy();
  }

  get changes() {
    return this.lines.flatMap(({ event, data }) => (event === 'change' && data ? [data] : []));
  }

  async has(count: number): Promise<void> {
    await until(async () => this.changes.length >= count || undefined, `${count} changes`, 20_000);
  }

  async ended(): Promise<string | undefined> {
    await until(async () => this.isOver || undefined, 'the stream to end', 25_000);
    return this.lines.find(({ event }) => event === 'end')?.data?.reason;
  }

  #take(block: string): void {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
    if (fields['id'] !== undefined) this.lastId = fields['id'];
    if (fields['data'] === undefined) return;
    this.lines.push({ ...fields, data: JSON.parse(fields['data']) as Line['data'] } as Line);
  }
}

let server: Server;
let readers: Reader[] = [];
beforeAll(async () => {
  server = api.app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const reader of readers) reader.leave();
  readers = [];
  await until(async () => (await openStreams()) === 0 || undefined, 'the streams to be given back', 10_000);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const define = ({ apiKey } = workspace) =>
  request(api.app)
    .put('/v1/audiences/vip')
    .auth(apiKey, { type: 'bearer' })
    .send({ name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } })
    .expect(200);
async function openStreams(): Promise<number> {
  const { text } = await request(api.app).get('/metrics');
  return Number(/^heddle_change_streams (\d+)$/m.exec(text)?.[1]);
}
const identify = (userId: string, tier: string) => ({ type: 'identify', userId, traits: { tier } });
async function apply(...batch: object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}
const path = '/v1/audiences/vip/changes/stream';
const open = (query = '', headers: Record<string, string> = {}, key = workspace.apiKey) =>
  Reader.open(`${path}${query}`, key, headers);

beforeEach(() => define());

describe('GET /v1/audiences/{key}/changes/stream', () => {
  it('tells who is in, then who comes and leaves, as it happens', async () => {
    await apply(identify('ann', 'gold'));
    const reader = await open();
    expect(reader.status).toBe(200);
    await reader.has(1);
    await apply(identify('ann', 'tin'), identify('bob', 'gold'));
    const appliedAt = performance.now();
    await reader.has(3);
    expect(performance.now() - appliedAt).toBeLessThan(5_000);
    expect(reader.changes.map(({ change }) => change).sort()).toEqual(['entered', 'entered', 'exited']);
  });

  it('goes on exactly after the last event that a client has, on the page and the stream', async () => {
    const first = await open('?from=now');
    await until(async () => first.lastId, 'the place to begin at');
    const beginning = first.lastId ?? '';
    await apply(...['a', 'b', 'c', 'd'].map((name) => identify(name, 'gold')));
    await first.has(4);
    const ids = first.changes.map(({ id }) => id);
    first.leave();
    await apply(identify('e', 'gold'));
    const again = await open('?from=start', { 'last-event-id': ids[1] ?? '' });
    await again.has(3);
    expect(again.changes.slice(0, 2).map(({ id }) => id)).toEqual(ids.slice(2));
    const { body } = await request(api.app)
      .get('/v1/audiences/vip/changes')
      .query({ after: beginning })
      .auth(workspace.apiKey, { type: 'bearer' });
    expect((body.data as { id: string }[]).map(({ id }) => id)).toEqual([...ids, again.changes[2]?.id]);
  });

  it('goes on from where it was when it has nothing to say yet', async () => {
    const reader = await open('?from=now');
    const place = await until(async () => reader.lastId, 'the place');
    reader.leave();
    await apply(identify('ann', 'gold'));
    const again = await open('?from=now', { 'last-event-id': place });
    await again.has(1);
  });

  it('ends within seconds when its key is revoked, and by no other key', async () => {
    const key = { name: 'x', kind: 'management' as const, scopes: ['audiences:read'], source: 'test', createdAt: 0 };
    const { doc, text } = await api.store.keys.create(workspace.ws, 'dev', key);
    const [reader, other] = [await open('', {}, text), await open()];
    await api.store.keys.disable(workspace.ws, doc.id, Date.now());
    expect(await reader.ended()).toBe('revoked');
    expect(other.isOver).toBe(false);
  });

  it('ends when the audience is deleted', async () => {
    const reader = await open();
    await request(api.app).delete('/v1/audiences/vip').auth(workspace.apiKey, { type: 'bearer' }).expect(204);
    expect(await reader.ended()).toBe('deleted');
  });

  it('is refused with 429 beyond what a workspace and a process may have open, and again possible when one ends', async () => {
    await define(others);
    const [first] = [await open(), await open()];
    const refused = await open();
    expect(refused).toMatchObject({ status: 429, retryAfter: '5' });
    expect((await open('', {}, others.apiKey)).status).toBe(200);
    expect((await open('', {}, others.apiKey)).status).toBe(429);
    first.leave();
    await until(async () => (await openStreams()) < most || undefined, 'a place to be given back');
    expect((await open('', {}, others.apiKey)).status).toBe(200);
  });

  it.each([
    ['another workspace', () => open('', {}, others.apiKey), 404],
    ['a write key', () => open('', {}, workspace.secretKey), 403],
    ['no key', () => open('', {}, 'none'), 401],
    ['a cursor of another audience', () => open(`?after=${Buffer.from('other:0').toString('base64url')}`), 400],
    ['a cursor ahead', () => open(`?after=${Buffer.from('vip:9').toString('base64url')}`), 409],
  ])('is not opened by %s', async (_who, opened, status) => {
    expect((await opened()).status).toBe(status);
  });

  // The last one: this process is then about to end.
  it('ends cleanly when the process does', async () => {
    const reader = await open();
    await until(async () => reader.lastId, 'the beginning');
    closing.abort();
    expect(await reader.ended()).toBe('closing');
  });
});
