import { startTwinServer, type TwinServer } from '../twins/twin-server';
import { createNetwork } from './network';
import { checkStatus, parseJson, readText } from './read-answer';

const limits = { signal: new AbortController().signal, timeoutMs: 5_000 };
const get = (url: string) => ({ method: 'GET' as const, url, headers: {} });
const never: Parameters<typeof createNetwork>[1] = (_host, callback) =>
  callback(null, [{ address: '10.0.0.7', family: 4 }]);

describe('the way out to sources', () => {
  let twin: TwinServer;
  beforeAll(async () => {
    twin = await startTwinServer(({ path }) => ({ status: Number(path.slice(1)), body: 'x'.repeat(5_000) }));
  });
  afterAll(() => twin.close());

  it('reads an answer up to its cap, whatever the status', async () => {
    const network = createNetwork(['127.0.0.1:*']);
    const answer = await network.ask(get(`${twin.url}/418`), limits);
    expect(answer.status).toBe(418);
    await expect(readText(answer, 1_000)).rejects.toMatchObject({ code: 'too-large' });
    expect(await readText(await network.ask(get(`${twin.url}/200`), limits), 5_000)).toHaveLength(5_000);
  });

  it('gives up on an answer that does not come', async () => {
    twin.failNext(1, { hangMs: 5_000 });
    const asked = createNetwork(['127.0.0.1:*']).ask(get(`${twin.url}/200`), { ...limits, timeoutMs: 50 });
    await expect(asked).rejects.toMatchObject({ name: 'SourceBusy', code: 'timeout' });
  });

  it.each([
    ['an address inside', () => createNetwork([]).ask(get('http://10.0.0.1/'), limits), 'private-address'],
    [
      'a name that leads inside',
      () => createNetwork([], never).ask(get('http://shop.example/'), limits),
      'private-address',
    ],
    ['a port of another service', () => createNetwork([]).ask(get('http://shop.example:25/'), limits), 'port'],
    ['a database inside', () => createNetwork([]).addressOf('127.0.0.1', 5_432), 'private-address'],
    [
      'a database whose name leads inside',
      () => createNetwork([], never).addressOf('db.example', 5_432),
      'private-address',
    ],
    ['a low port for a database', () => createNetwork([]).addressOf('db.example', 25), 'port'],
  ])('does not reach %s', async (_what, ask, code) => {
    await expect(ask()).rejects.toMatchObject({ name: 'SourceRefused', code });
  });

  it('reaches a database that the deployment names, at the address that was looked up', async () => {
    expect(await createNetwork(['db.example:5432'], never).addressOf('db.example', 5_432)).toBe('10.0.0.7');
    await expect(createNetwork(['db.example:5432'], never).addressOf('db.example', 5_433)).rejects.toThrow(
      'HEDDLE_ALLOWED_TARGETS',
    );
  });
});

describe('an answer', () => {
  const now = Date.parse('2026-05-01T09:00:00Z');
  const failureOf = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };
  const check = (status: number, headers = {}) =>
    failureOf(() => checkStatus({ status, headers, body: [] as never }, now));

  it.each([429, 408, 500, 503])('of %d is passing', (status) => {
    expect(check(status)).toMatchObject({ name: 'SourceBusy', code: `http-${status}` });
  });

  it.each([301, 400, 401, 403, 404])('of %d needs a person', (status) => {
    expect(check(status)).toMatchObject({ name: 'SourceRefused', code: `http-${status}` });
  });

  it.each([
    ['7', 7_000],
    ['Fri, 01 May 2026 09:01:00 GMT', 60_000],
    ['9999999', 86_400_000],
    ['soon', undefined],
  ])('that asks to wait (%s) is waited for', (header, retryAfterMs) => {
    expect(check(429, { 'retry-after': header })).toMatchObject({ retryAfterMs });
  });

  it('that is no JSON is refused without repeating it', () => {
    const failure = failureOf(() => parseJson('<html>ann@example.com')) as Error;
    expect(failure).toMatchObject({ name: 'SourceRefused', code: 'not-json' });
    expect(failure.message).not.toContain('ann@');
  });
});
