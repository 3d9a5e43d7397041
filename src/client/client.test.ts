import fc from 'fast-check';
import { readPixel } from '../domain/events/pixel-event';
import { openScriptedApi, type ScriptedAnswer, type ScriptedRequest } from '../testing/scripted-api';
import { createClient, type Client } from './client';
import { HeddleError, UnreachableError } from './errors';

type Api = Awaited<ReturnType<typeof openScriptedApi>>;
const accepted = { success: true, accepted: 1, duplicates: 0, rejected: [] };
let api: Api;
let client: Client;
let answer: (request: ScriptedRequest) => ScriptedAnswer;
let waits: number[];
let others: Api[];

/** Another server, closed after the test whatever becomes of it. */
async function openOther(...answer: Parameters<typeof openScriptedApi>): Promise<Api> {
  const other = await openScriptedApi(...answer);
  others.push(other);
  return other;
}

beforeEach(async () => {
  answer = () => ({ body: {} });
  waits = [];
  others = [];
  api = await openScriptedApi((request) => answer(request));
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  client = createClient({ url: `${api.url}/`, apiKey: 'hdl_management', writeKey: 'hdl_secret', wait });
});
afterEach(() => Promise.all([api, ...others].map((one) => one.close())));

/** Answers with each of these in turn, and with the last for ever after. */
function inTurn(...answers: readonly ScriptedAnswer[]) {
  let turn = 0;
  answer = () => answers[Math.min(turn++, answers.length - 1)] ?? {};
}

describe('events.pixelUrl', () => {
  it('is the address of an image that says the event', () => {
    const event = { type: 'track', userId: 'ü1', event: 'E-Mail geöffnet', properties: { n: 1 } } as const;
    const url = new URL(client.events.pixelUrl({ ...event, messageId: 'm1' }));
    expect(url.origin + url.pathname).toBe(`${api.url}/v1/pixel.gif`);
    expect(readPixel(url.search.slice(1))).toEqual({ ...event, messageId: 'm1', writeKey: 'hdl_secret' });
    expect(client.events.pixelUrl(event)).not.toBe(client.events.pixelUrl(event));
  });

  it('asks for a write key, which such an address must have', () => {
    const keyless = createClient({ url: api.url, apiKey: 'hdl_management' });
    expect(() => keyless.events.pixelUrl({ type: 'identify', userId: 'u1' })).toThrow('write key');
  });
});

describe('keys', () => {
  it('sends events with the write key, and everything else with the management key', async () => {
    await client.events.track({ userId: 'u1', event: 'Cart Started' });
    await client.audiences.get('vip');
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('hdl_secret:').toString('base64')}`,
      'Bearer hdl_management',
    ]);
  });

  it('sends events with the management key when there is no other', async () => {
    await createClient({ url: api.url, apiKey: 'hdl_management' }).events.identify({ userId: 'u1' });
    expect(api.requests[0]?.headers.authorization).toBe('Bearer hdl_management');
  });
});

describe('paths and queries', () => {
  it('encodes what users named', async () => {
    await client.profiles.get('email:a/b?c@example.com');
    await client.deliveries.list({ profile: 'user_id:ü & co', status: 'held' });
    expect(api.requests.map(({ url }) => url)).toEqual([
      '/v1/profiles/email%3Aa%2Fb%3Fc%40example.com',
      '/v1/deliveries?profile=user_id%3A%C3%BC%20%26%20co&status=held',
    ]);
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['PUT', '/v1/audiences/vip/destinations/crm', () => client.audiences.attach('vip', 'crm', { use: 'target' })],
    ['DELETE', '/v1/audiences/vip/destinations/crm', () => client.audiences.detach('vip', 'crm')],
    ['POST', '/v1/journeys/win-back/publish', () => client.journeys.publish('win-back', { inFlight: 'finish' })],
    ['GET', '/v1/impact/destinations/crm?window=7d', () => client.impact.destination('crm', { window: '7d' })],
    ['POST', '/v1/enrollments/enr_1/exit', () => client.enrollments.exit('enr_1', { reason: 'asked' })],
  ])('asks %s %s', async (method, url, call) => {
    await call();
    expect(api.requests).toEqual([expect.objectContaining({ method, url })]);
  });
});

describe('lists', () => {
  it('walks every page in order, and asks for no page after the last', async () => {
    inTurn(
      { body: { data: [{ profileId: 'prf_1' }, { profileId: 'prf_2' }], next: 'c1' } },
      { body: { data: [], next: 'c2' } },
      { body: { data: [{ profileId: 'prf_3' }] } },
    );
    const seen: string[] = [];
    for await (const member of client.audiences.eachMember('vip', { limit: 2 })) seen.push(member.profileId);
    expect(seen).toEqual(['prf_1', 'prf_2', 'prf_3']);
    expect(api.requests.map(({ url }) => url)).toEqual([
      '/v1/audiences/vip/members?limit=2',
      '/v1/audiences/vip/members?limit=2&cursor=c1',
      '/v1/audiences/vip/members?limit=2&cursor=c2',
    ]);
  });

  it('asks for no further page when the loop is left', async () => {
    answer = () => ({ body: { data: [{ profileId: 'prf_1' }], next: 'more' } });
    for await (const member of client.audiences.eachMember('vip')) {
      expect(member.profileId).toBe('prf_1');
      break;
    }
    expect(api.requests).toHaveLength(1);
  });
});

describe('when the server refuses', () => {
  it('throws what the problem says, with the places that are wrong', async () => {
    const errors = [{ in: 'body', pointer: '/rule/all/0/is', message: 'Write "equals".' }];
    const problem = {
      type: 'urn:heddle:problem:invalid-request',
      title: 'Invalid request',
      detail: 'The body is wrong.',
    };
    answer = () => ({ status: 400, body: { ...problem, errors, requestId: 'r1' } });
    const error = await client.audiences.put('vip', { name: 'VIP', rule: { audience: 'x' } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HeddleError);
    expect(error).toMatchObject({ ...problem, status: 400, errors, requestId: 'r1', message: 'The body is wrong.' });
  });

  it('says the status, and the request id of the header, when a proxy answers in its own words', async () => {
    answer = () => ({ status: 502, headers: { 'x-request-id': 'r2' }, body: '<html>Bad gateway</html>' });
    await expect(client.audiences.list()).rejects.toMatchObject({
      message: 'The server answered 502',
      status: 502,
      requestId: 'r2',
      errors: [],
    });
  });
});

describe('when nothing that is Heddle answers', () => {
  it('names the address and the remedy', async () => {
    await api.close();
    const error = await client.audiences.list().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as Error).message).toBe(
      `Cannot reach Heddle at ${api.url}/. Start the server with \`npm start\`, or check the address.`,
    );
  });

  it('says so when something else answers', async () => {
    answer = () => ({ body: '<html>Welcome</html>' });
    await expect(client.audiences.list()).rejects.toThrow(/is not a Heddle API/);
  });

  it('gives up on a server that is silent', async () => {
    const silent = await openOther(() => new Promise(() => undefined));
    const hurried = createClient({ url: silent.url, timeoutMs: 20 });
    await expect(hurried.audiences.list()).rejects.toThrow(/did not answer in time/);
  });

  it.each([
    ['a read', () => client.audiences.list(), 2],
    ['an event', () => client.events.track({ userId: 'u1', event: 'X' }), 2],
    ['what is the same twice', () => client.journeys.pause('win-back'), 2],
    ['what may not be done twice', () => client.journeys.publish('win-back'), 1],
  ])('tries %s %# again at once after a broken connection, if that is safe', async (_, call, times) => {
    answer = () => ({ isCut: true });
    await expect(call()).rejects.toThrow(UnreachableError);
    expect(api.requests).toHaveLength(times);
  });
});

describe('when the server is busy', () => {
  it.each([429, 503])('waits as long as a %i asks, then tries again', async (status) => {
    inTurn(
      { status, headers: { 'retry-after': '7' } },
      { status, headers: { 'retry-after': '0' } },
      { body: accepted },
    );
    await expect(client.events.track({ userId: 'u1', event: 'X' })).resolves.toEqual(accepted);
    expect(waits).toEqual([7_000, 0]);
  });

  it('repeats an event under the same messageId', async () => {
    inTurn({ status: 503, headers: { 'retry-after': '1' } }, { body: accepted });
    await client.events.track({ userId: 'u1', event: 'X' });
    const ids = api.requests.map(({ body }) => (body as { messageId: string }).messageId);
    expect(ids[0]).toMatch(/^heddle-[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('backs off by itself when the server does not say how long, up to four times', async () => {
    answer = () => ({ status: 503, body: { detail: 'The database does not answer.' } });
    await expect(client.audiences.list()).rejects.toThrow('The database does not answer.');
    expect(waits).toHaveLength(4);
    waits.forEach((wait, attempt) => {
      expect(wait).toBeGreaterThanOrEqual(250 * 2 ** attempt);
      expect(wait).toBeLessThanOrEqual(500 * 2 ** attempt);
    });
  });

  it('does not repeat what is not safe to repeat', async () => {
    answer = () => ({ status: 503, headers: { 'retry-after': '1' } });
    await expect(client.journeys.publish('win-back')).rejects.toThrow(HeddleError);
    expect(api.requests).toHaveLength(1);
  });
});

describe('events', () => {
  it('keeps a messageId, and keys that look like parts of the language', async () => {
    const properties = JSON.parse('{"__proto__":{"a":1},"constructor":2,"$set":3,"a.b":4}') as Record<string, never>;
    await client.events.track({ messageId: 'm1', userId: 'u1', event: 'X', properties });
    await client.events.batch([{ type: 'track', messageId: 'm2', event: 'X', properties }]);
    const [one, batch] = api.requests.map(({ body }) => JSON.stringify(body));
    expect(one).toBe(`{"messageId":"m1","userId":"u1","event":"X","properties":${JSON.stringify(properties)}}`);
    expect(batch).toContain('"__proto__":{"a":1},"constructor":2,"$set":3,"a.b":4');
  });
});

describe('sendAll', () => {
  const batchesSent = () => api.requests.map(({ body }) => (body as { batch: unknown[] }).batch);
  const acceptAll = ({ body }: ScriptedRequest) => ({
    body: { success: true, accepted: (body as { batch: unknown[] }).batch.length, duplicates: 0, rejected: [] },
  });
  const some = (count: number, size = 0) =>
    Array.from({ length: count }, (_, n) => ({ messageId: `m${n}`, type: 'track', event: 'x'.repeat(size) }));

  it('sends each event once, in batches within both limits, in order one at a time', async () => {
    answer = acceptAll;
    const sizes = fc.array(fc.oneof(fc.nat(50), fc.nat(400_000)), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 600 }), async (lengths, batchSize) => {
        api.requests.length = 0;
        const events = lengths.map((length, n) => ({ messageId: `m${n}`, event: 'é'.repeat(length) }));
        const result = await client.events.sendAll(events, { batchSize, concurrency: 1 });
        expect(result).toEqual({ accepted: events.length, duplicates: 0, rejected: [] });
        expect(batchesSent().flat()).toEqual(events);
        for (const batch of batchesSent()) {
          expect(batch.length).toBeLessThanOrEqual(Math.min(batchSize, 500));
          if (batch.length > 1) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(1_000_001);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has no more batches on the way than it was allowed', async () => {
    let [now, most] = [0, 0];
    const slow = await openOther(async (request) => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return acceptAll(request);
    });
    const result = await createClient({ url: slow.url }).events.sendAll(some(2_000), { batchSize: 50, concurrency: 3 });
    expect(result.accepted).toBe(2_000);
    expect(slow.requests).toHaveLength(40);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('gives each refused event its position among all, and reports progress after each batch', async () => {
    const seen: number[] = [];
    answer = () => ({
      body: {
        success: true,
        accepted: 1,
        duplicates: 0,
        rejected: [{ index: 1, code: 'no-identifier', message: '…' }],
      },
    });
    const result = await client.events.sendAll(some(6), {
      batchSize: 2,
      onProgress: ({ sent }) => seen.push(sent),
    });
    expect(result.accepted).toBe(3);
    expect(result.rejected.map(({ index }) => index)).toEqual([1, 3, 5]);
    expect(seen).toEqual([2, 4, 6]);
  });

  it('takes events from a stream, and passes on what is no event for the server to refuse', async () => {
    answer = acceptAll;
    async function* lines() {
      yield { messageId: 'm0', type: 'track' };
      yield 5;
      yield null;
    }
    await client.events.sendAll(lines());
    expect(batchesSent()).toEqual([[{ messageId: 'm0', type: 'track' }, 5, null]]);
  });

  it('stops at the first failure and throws it', async () => {
    inTurn({ body: accepted }, { status: 401, body: { detail: 'The key is unknown, expired or revoked.' } });
    const sending = client.events.sendAll(some(1_000), { batchSize: 10, concurrency: 2 });
    await expect(sending).rejects.toThrow('The key is unknown, expired or revoked.');
    expect(api.requests.length).toBeLessThan(6);
  });
});
