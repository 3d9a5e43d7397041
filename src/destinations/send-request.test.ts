import type { LookupAddress } from 'node:dns';
import { startTwinServer, type TwinServer } from '../twins/twin-server';
import type { HttpRequest } from './destination';
import type { Resolve } from './guarded-agent';
import { createSender } from './send-request';

let twin: TwinServer;
beforeAll(async () => {
  twin = await startTwinServer(({ path }) => {
    if (path === '/redirect') return { status: 302, headers: { location: 'http://169.254.169.254/' } };
    if (path === '/long') return { status: 200, body: 'x'.repeat(10_000) };
    return { status: 200, headers: { 'X-Seen': 'yes' }, body: { ok: true } };
  });
});
afterAll(() => twin.close());

const post = (url: string, body = '{"a":1}'): HttpRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body,
});
const loopback = createSender({ allowedTargets: ['127.0.0.1:*'] });
/** A name server that gives each answer in turn, then the last one again. */
const answering = (...answers: string[][]): Resolve & { asked: string[] } => {
  const asked: string[] = [];
  const resolve: Resolve = (hostname, callback) => {
    const addresses = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? [];
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return Object.assign(resolve, { asked });
};

describe('createSender', () => {
  it('sends the exact bytes and answers with status, headers in lower case and body', async () => {
    const body = '{"b": 2,\n "ä":1}';
    const answer = await loopback(post(`${twin.url}/hook?x=1`, body));
    expect(answer).toMatchObject({ status: 200, headers: { 'x-seen': 'yes' }, body: '{"ok":true}' });
    expect(twin.exchanges.at(-1)).toMatchObject({ method: 'POST', path: '/hook', body });
  });

  it('never follows a redirect', async () => {
    const before = twin.exchanges.length;
    expect(await loopback(post(`${twin.url}/redirect`))).toMatchObject({ status: 302 });
    expect(twin.exchanges).toHaveLength(before + 1);
  });

  it('reads no more of a response than it may', async () => {
    const { status, body } = await loopback(post(`${twin.url}/long`), { maxResponseBytes: 100 });
    expect({ status, length: body.length }).toEqual({ status: 200, length: 100 });
  });

  it('refuses loopback that nobody allowed, before connecting', async () => {
    const before = twin.exchanges.length;
    const sent = createSender({ allowedTargets: [] })(post(twin.url));
    await expect(sent).rejects.toMatchObject({ kind: 'blocked', code: 'private-address', mayHaveArrived: false });
    expect(twin.exchanges).toHaveLength(before);
  });

  it.each([[['127.0.0.1']], [['::1']], [['8.8.8.8', '10.0.0.1']], [['::ffff:169.254.169.254']]])(
    'refuses a public name that resolves to %j while connecting',
    async (addresses) => {
      const sender = createSender({ allowedTargets: [], resolve: answering(addresses) });
      await expect(sender(post('http://rebind.example/'))).rejects.toMatchObject({
        kind: 'blocked',
        code: 'private-address',
      });
    },
  );

  it('judges the very address it connects to, so that a name that changes its answer gains nothing', async () => {
    const resolve = answering([], ['127.0.0.1']);
    const sender = createSender({ allowedTargets: [], resolve });
    await expect(sender(post('http://rebind.example/'))).rejects.toMatchObject({ kind: 'network', code: 'ENOTFOUND' });
    await expect(sender(post('http://rebind.example/'))).rejects.toMatchObject({ kind: 'blocked' });
    expect(resolve.asked).toEqual(['rebind.example', 'rebind.example']);
  });

  it('connects to an allowed name through its resolved address', async () => {
    const resolve = answering(['127.0.0.1']);
    const sender = createSender({ allowedTargets: ['crm.internal'], resolve });
    expect(await sender(post(`http://crm.internal:${twin.port}/hook`))).toMatchObject({ status: 200 });
    expect(twin.exchanges.at(-1)?.headers['host']).toBe(`crm.internal:${twin.port}`);
  });

  it('says of a refused connection that nothing arrived', async () => {
    const closed = await startTwinServer(() => ({ status: 200 }));
    await closed.close();
    await expect(loopback(post(closed.url))).rejects.toMatchObject({
      kind: 'network',
      code: 'ECONNREFUSED',
      mayHaveArrived: false,
    });
  });

  it('says of a cut connection that the request may have arrived', async () => {
    twin.failNext(1, { resetConnection: true });
    await expect(loopback(post(twin.url))).rejects.toMatchObject({ kind: 'network', mayHaveArrived: true });
  });

  it('gives up in time', async () => {
    twin.failNext(1, { hangMs: 60_000 });
    await expect(loopback(post(twin.url), { timeoutMs: 50 })).rejects.toMatchObject({
      kind: 'timeout',
      mayHaveArrived: true,
    });
  });

  it('rejects with the reason of the caller who aborts', async () => {
    const reason = new Error('shutting down');
    await expect(loopback(post(twin.url), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('never puts the URL, the headers or the body into an error', async () => {
    const secret = {
      method: 'POST',
      url: 'http://10.0.0.1/top-secret',
      headers: { a: 'top-secret' },
      body: 'top-secret',
    };
    const error: unknown = await loopback(secret as HttpRequest).catch((caught: unknown) => caught);
    expect(JSON.stringify(error) + String(error)).not.toContain('top-secret');
  });
});
