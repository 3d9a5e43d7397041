import { Webhook } from 'standardwebhooks';
import type { HttpResponse, Plan, PlannedRequest } from '../destination';
import { anOperation, aSend, describeDestination } from '../destination.testsuite';
import { openContext } from '../registry';
import { webhook } from './webhook';

const secretOf = (byte: number, bytes = 32): string => `whsec_${Buffer.alloc(bytes, byte).toString('base64')}`;
const signingSecret = secretOf(7);
const url = 'https://crm.example.com/hook';
const response = (status: number, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  body: '',
});

describeDestination({
  destination: webhook,
  settings: { url },
  secrets: { signingSecret },
  limits: { maxItems: 100, maxBytes: 20_000 },
  success: () => response(204),
  throttled: response(429, { 'retry-after': '30' }),
  refused: response(401),
  broken: response(500),
  notAcceptable: response(422),
});

const now = Date.now();
const contextOf = (settings: object = { url }, secrets: object = { signingSecret }) => ({
  ...openContext(webhook, { settings, secrets }, now),
  audience: { key: 'vip' },
});
const sendOf = (...args: Parameters<typeof contextOf>): PlannedRequest =>
  (webhook.planSend?.(aSend(), contextOf(...args)) as Plan).requests[0] as PlannedRequest;
const membersOf = (operations: Parameters<NonNullable<typeof webhook.planMembers>>[0]): Plan =>
  webhook.planMembers?.(operations, contextOf()) as Plan;

describe('a webhook of a journey', () => {
  it('has the body of the contract', () => {
    const { id, timestamp, ...rest } = aSend();
    expect(JSON.parse(sendOf().request.body)).toEqual({
      type: 'journey.send',
      timestamp: new Date(timestamp).toISOString(),
      data: { id, ...rest },
    });
  });

  it('is a POST whose webhook-id is the idempotency key', () => {
    const { request } = sendOf();
    expect(request).toMatchObject({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'webhook-id': 'enr_1:remind:1',
        'webhook-timestamp': String(Math.floor(now / 1_000)),
      },
    });
  });

  it('is signed so that the public library accepts it, over the exact bytes', () => {
    const { request } = sendOf();
    const receiver = new Webhook(signingSecret);
    expect(receiver.verify(request.body, request.headers)).toEqual(JSON.parse(request.body));
    const reserialised = JSON.stringify(JSON.parse(request.body), null, 1);
    expect(() => receiver.verify(reserialised, request.headers)).toThrow();
    expect(() => new Webhook(secretOf(8)).verify(request.body, request.headers)).toThrow();
  });

  it('is signed with both secrets while receivers change over', () => {
    const secrets = { signingSecret: secretOf(9), previousSigningSecret: signingSecret };
    const { request } = sendOf({ url }, secrets);
    for (const secret of Object.values(secrets)) {
      expect(() => new Webhook(secret).verify(request.body, request.headers)).not.toThrow();
    }
  });

  it('that would be too large is refused before it leaves', () => {
    const plan = webhook.planSend?.(aSend({ payload: { text: 'x'.repeat(20_000) } }), contextOf());
    expect(plan).toMatchObject({ requests: [], refused: [{ index: 0, kind: 'invalid', code: 'too-large' }] });
  });
});

describe('a webhook of an audience', () => {
  it('has the body of the contract', () => {
    const [first] = membersOf([anOperation(1), anOperation(2)]).requests;
    expect(JSON.parse(first?.request.body ?? '')).toEqual({
      type: 'audience.members',
      timestamp: new Date(now).toISOString(),
      data: {
        audience: 'vip',
        operation: 'add',
        members: [1, 2].map((n) => ({
          id: `aud_1:dst_1:prf_${n}:1`,
          profile: `prf_${n}`,
          identifiers: { user_id: `u${n}`, email: `person${n}@example.com` },
        })),
      },
    });
  });

  it('has the variables of a member beside its identifiers', () => {
    const [first] = membersOf([anOperation(1, { variables: { tier: 'gold' } })]).requests;
    const { data } = JSON.parse(first?.request.body ?? '') as { data: { members: object[] } };
    expect(data.members).toMatchObject([{ profile: 'prf_1', variables: { tier: 'gold' } }]);
  });

  it('signs the whole batch, not its first element', () => {
    const [first] = membersOf([anOperation(1), anOperation(2)]).requests;
    const { body, headers } = first?.request ?? { body: '', headers: {} };
    expect(() => new Webhook(signingSecret).verify(body, headers)).not.toThrow();
    expect(() => new Webhook(signingSecret).verify(body.replace('person2', 'person3'), headers)).toThrow();
  });

  it('has an id that its items decide, and nothing else', () => {
    const idOf = (plan: Plan) => plan.requests[0]?.request.headers['webhook-id'];
    expect(idOf(membersOf([anOperation(1), anOperation(2)]))).toBe(idOf(membersOf([anOperation(1), anOperation(2)])));
    expect(idOf(membersOf([anOperation(1)]))).not.toBe(idOf(membersOf([anOperation(2)])));
    expect(idOf(membersOf([anOperation(1)]))).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it('refuses one member who alone is too large, and sends the others', () => {
    const plan = membersOf([anOperation(1), anOperation(2, { identifiers: { email: 'x'.repeat(21_000) } })]);
    expect(plan.requests.map(({ items }) => items)).toEqual([[0]]);
    expect(plan.refused).toMatchObject([{ index: 1, code: 'too-large' }]);
  });
});

describe('the answer of a receiver', () => {
  it.each<[number, string]>([
    [200, 'ok'],
    [202, 'ok'],
    [299, 'ok'],
    [301, 'transient'],
    [307, 'transient'],
    [400, 'invalid'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'invalid'],
    [408, 'transient'],
    [410, 'auth'],
    [425, 'transient'],
    [429, 'throttled'],
    [500, 'transient'],
    [501, 'transient'],
    [502, 'throttled'],
    [503, 'throttled'],
    [504, 'throttled'],
  ])('%d is %s', (status, kind) => {
    expect(webhook.interpret(response(status), sendOf(), now)).toMatchObject([
      { index: 0, kind, code: `http-${status}` },
    ]);
  });

  it.each([
    ['120', 120_000],
    [new Date(Math.floor(now / 1_000) * 1_000 + 60_000).toUTCString(), expect.closeTo(60_000, -4)],
    [new Date(now - 60_000).toUTCString(), 0],
    ['999999999', 86_400_000],
    ['soon', undefined],
    ['', undefined],
  ])('reads Retry-After %j', (header, pause) => {
    const [result] = webhook.interpret(response(503, { 'retry-after': header }), sendOf(), now);
    expect(result?.retryAfterMs).toEqual(pause);
  });
});

describe('settings of a webhook', () => {
  const isSettings = (settings: object): boolean => webhook.settings.safeParse(settings).success;

  it.each([
    { url: 'ftp://crm.example.com' },
    { url: 'crm.example.com' },
    { url: 'https://user:pass@crm.example.com/' },
    { url, headers: { Host: 'other' } },
    { url, headers: { 'Content-Length': '0' } },
    { url, headers: { 'transfer-encoding': 'chunked' } },
    { url, headers: { 'Webhook-Signature': 'v1,x' } },
    { url, headers: { 'x-a': 'one\r\nx-b: two' } },
    { url, headers: { 'x a': 'one' } },
    { url, channel: 'E-Mail' },
    { url, channel: '' },
  ])('refuses %j', (settings) => {
    expect(isSettings(settings)).toBe(false);
  });

  it('takes loopback, which the deployment allows or not, and headers of its own', () => {
    const settings = { url: 'http://127.0.0.1:9900/hook', headers: { 'x-tenant': 'eu-1' } };
    expect(isSettings(settings)).toBe(true);
    expect(sendOf(settings).request.headers).toMatchObject({ 'x-tenant': 'eu-1', 'webhook-id': 'enr_1:remind:1' });
  });

  it.each(['whsec_', 'secret', secretOf(1, 23), secretOf(1, 65), `${signingSecret}!`, signingSecret.slice(6)])(
    'refuses the signing secret %j',
    (secret) => {
      expect(webhook.secrets.safeParse({ signingSecret: secret }).success).toBe(false);
    },
  );
});
