import type { Operation } from '../domain/delivery/operation';
import type { AudienceMaker, Destination, HttpResponse, PlannedRequest } from '../destinations/destination';
import { anOperation, aSend } from '../destinations/destination.testsuite';
import { metaCustomAudiences } from '../destinations/meta-custom-audiences/meta-custom-audiences';
import { sha256Hex } from '../destinations/normalise/sha256';
import { openContext } from '../destinations/registry';
import { createSender } from '../destinations/send-request';
import { webhook } from '../destinations/webhook/webhook';
import { startMetaTwin, type MetaTwin } from './meta-twin';
import { startWebhookTwin, type WebhookTwin } from './webhook-twin';

const send = createSender({ allowedTargets: ['127.0.0.1:*'] });
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const token = 'EAAB-system-user-token';
const kindsOf = (destination: Destination, response: HttpResponse, planned: PlannedRequest): string[] =>
  destination.interpret(response, planned, Date.now()).map(({ kind }) => kind);

describe('the webhook twin', () => {
  let twin: WebhookTwin;
  beforeEach(async () => {
    twin = await startWebhookTwin({ secret });
  });
  afterEach(() => twin.close());

  const contextOf = (signingSecret = secret, now = Date.now()) => ({
    ...openContext(webhook, { settings: { url: twin.hook }, secrets: { signingSecret } }, now),
    audience: { key: 'vip' },
  });
  const message = (context = contextOf(), id = 'enr_1:remind:1'): PlannedRequest =>
    webhook.planSend?.(aSend({ id }), context).requests[0] as PlannedRequest;
  const deliver = async (planned: PlannedRequest) => kindsOf(webhook, await send(planned.request), planned);
  const sync = async (...operations: Operation[]) => {
    for (const planned of webhook.planMembers?.(operations, contextOf()).requests ?? []) await deliver(planned);
  };

  it('accepts what the destination sends, and keeps repeats under one id', async () => {
    expect(await deliver(message())).toEqual(['ok']);
    expect(await deliver(message())).toEqual(['ok']);
    expect(twin.messages).toHaveLength(2);
    expect([...twin.distinctIds()]).toEqual(['enr_1:remind:1']);
    expect(twin.sends()[0]).toMatchObject({ journey: 'abandoned-cart', payload: { cart: 'c1' } });
  });

  it('refuses another secret, an old timestamp and a body that is not the signed one', async () => {
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    expect(await deliver(message(contextOf(other)))).toEqual(['auth']);
    expect(await deliver(message(contextOf(secret, Date.now() - 600_000)))).toEqual(['auth']);
    const { request, items } = message();
    expect(await deliver({ request: { ...request, body: `${request.body} ` }, items })).toEqual(['auth']);
    expect(twin.messages).toEqual([]);
    expect(twin.complaints).toHaveLength(3);
  });

  it('knows who is in an audience after additions and removals, each key counted once', async () => {
    await sync(anOperation(1), anOperation(2));
    await sync(anOperation(1, { id: 'aud_1:dst_1:prf_1:2', operation: 'remove' }));
    await sync(anOperation(1));
    expect(twin.membersOf('vip')).toEqual(['prf_2']);
  });

  it('answers the test of a connection', async () => {
    expect(await deliver(webhook.test(contextOf()))).toEqual(['ok']);
  });

  it('fails as often as it is told, and says when something has come true', async () => {
    twin.failNext(1, { status: 429, headers: { 'retry-after': '2' } });
    twin.failNext(1, { resetConnection: true, isHandled: true });
    expect(await deliver(message())).toEqual(['throttled']);
    await expect(deliver(message())).rejects.toMatchObject({ kind: 'network' });
    expect([...twin.distinctIds()]).toEqual(['enr_1:remind:1']);
    const seen = twin.waitFor(() => twin.distinctIds().has('enr_2:remind:1'));
    await deliver(message(contextOf(), 'enr_2:remind:1'));
    await seen;
    await expect(twin.waitFor(() => false, 1)).rejects.toThrow('did not come true');
  });
});

describe('the Meta twin', () => {
  const appSecret = 'app-secret-of-test';
  let twin: MetaTwin;
  beforeEach(async () => {
    twin = await startMetaTwin({ accessToken: token, appSecret, audiences: ['4711'] });
  });
  afterEach(() => twin.close());

  const contextOf = (secrets: object = { accessToken: token, appSecret }, externalId = '4711', now = Date.now()) => ({
    ...openContext(metaCustomAudiences, { settings: { adAccountId: '1', apiBase: twin.url }, secrets }, now),
    audience: { key: 'customers', externalId },
  });
  const upload = async (operations: readonly Operation[], context = contextOf()): Promise<string[]> => {
    const kinds: string[] = [];
    for (const planned of metaCustomAudiences.planMembers?.(operations, context).requests ?? []) {
      kinds.push(...kindsOf(metaCustomAudiences, await send(planned.request), planned));
    }
    return kinds;
  };
  const cells = (n: number): string[] => [`EMAIL:${sha256Hex(`person${n}@example.com`)}`, `EXTERN_ID:u${n}`];

  it('keeps a set: adding twice is adding once, removing empties it', async () => {
    expect(await upload([anOperation(1), anOperation(2)])).toEqual(['ok', 'ok']);
    expect(await upload([anOperation(1)])).toEqual(['ok']);
    expect(twin.membersOf('4711')).toEqual([...cells(1), ...cells(2)].sort());
    await upload([anOperation(1, { operation: 'remove' }), anOperation(2, { operation: 'remove' })]);
    expect(twin.membersOf('4711')).toEqual([]);
  });

  it('refuses another token', async () => {
    expect(await upload([anOperation(1)], contextOf({ accessToken: 'stale', appSecret }))).toEqual(['auth']);
    expect(twin.membersOf('4711')).toEqual([]);
  });

  it.each<[string, object, number]>([
    ['no proof', { accessToken: token }, 0],
    ['a proof with another secret', { accessToken: token, appSecret: 'other' }, 0],
    ['an old proof', { accessToken: token, appSecret }, 600_000],
  ])('refuses %s', async (_, secrets, age) => {
    expect(await upload([anOperation(1)], contextOf(secrets, '4711', Date.now() - age))).toEqual(['invalid']);
    expect(twin.complaints[0]).toContain('appsecret_proof');
  });

  it('counts rows it cannot use, and quotes them where a sender must not look', async () => {
    const { request, items } = metaCustomAudiences.planMembers?.([anOperation(1)], contextOf())
      .requests[0] as PlannedRequest;
    const body = JSON.stringify({ payload: { schema: ['EMAIL'], data: [['ada@example.com']] } });
    const response = await send({ ...request, body });
    expect(response.body).toContain('ada@example.com');
    const results = metaCustomAudiences.interpret(response, { request, items }, Date.now());
    expect(results).toMatchObject([{ kind: 'invalid', code: 'meta-invalid-entry' }]);
    expect(JSON.stringify(results)).not.toContain('ada@');
  });

  it.each([
    ['more than 10,000 rows', { schema: ['EMAIL'], data: Array.from({ length: 10_001 }, () => [sha256Hex('a')]) }],
    ['an unknown column', { schema: ['MAIL'], data: [['x']] }],
    ['rows of another width', { schema: ['EMAIL'], data: [[sha256Hex('a'), 'b']] }],
    ['nothing', undefined],
  ])('refuses %s', async (_, payload) => {
    const { request } = metaCustomAudiences.planMembers?.([anOperation(1)], contextOf()).requests[0] as PlannedRequest;
    expect(await send({ ...request, body: JSON.stringify({ payload }) })).toMatchObject({ status: 400 });
  });

  it('creates an audience, tests a connection and knows nothing of others', async () => {
    const context = contextOf();
    const maker = metaCustomAudiences.createAudience as AudienceMaker;
    const wanted = { name: 'VIP', mark: 'heddle-1' };
    const find = async (after?: string) =>
      maker.interpretFound(await send(maker.planFind(context, wanted, after)), wanted, Date.now());
    expect(await find()).toEqual({ next: undefined });
    const created = maker.interpret(await send(maker.plan(context, wanted)), Date.now());
    expect(await find()).toEqual(created);
    const { externalId } = created as { externalId: string };
    expect(twin.audienceIds()).toEqual(['4711', externalId]);
    expect(await upload([anOperation(1)], contextOf(undefined, externalId))).toEqual(['ok']);
    expect(twin.membersOf(externalId)).toEqual(cells(1));
    const test = metaCustomAudiences.test(context);
    expect(kindsOf(metaCustomAudiences, await send(test.request), test)).toEqual(['ok']);
    expect(await upload([anOperation(1)], contextOf(undefined, '9999'))).toEqual(['invalid']);
  });

  it('can lose an answer after doing what was asked', async () => {
    twin.failNext(1, { status: 503, body: '', isHandled: true });
    expect(await upload([anOperation(1)])).toEqual(['transient']);
    expect(twin.membersOf('4711')).toEqual(cells(1));
  });
});
