import { createHmac } from 'node:crypto';
import type { AudienceMaker, HttpResponse, Plan, PlannedRequest } from '../destination';
import { anOperation, describeDestination } from '../destination.testsuite';
import { sha256Hex } from '../normalise/sha256';
import { openContext } from '../registry';
import { graph } from './constants';
import { metaCustomAudiences as meta } from './meta-custom-audiences';

const settings = { adAccountId: '1234567890' };
const secrets = { accessToken: 'EAAB-system-user-token', appSecret: 'app-secret-of-test' };
const response = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  body: JSON.stringify(body),
});
const graphError = (code: number, error_subcode?: number, status = 400): HttpResponse =>
  response(status, {
    error: { message: 'ada@example.com is not allowed', type: 'OAuthException', code, error_subcode },
  });
const received = (num_received: number, num_invalid_entries = 0): HttpResponse =>
  response(200, {
    audience_id: '4711',
    session_id: '1',
    num_received,
    num_invalid_entries,
    invalid_entry_samples: { '0': 'ada@example.com' },
  });

describeDestination({
  destination: meta,
  settings,
  secrets,
  limits: { maxItems: 10_000, maxBytes: 5_000_000 },
  success: (items) => received(items),
  throttled: response(400, { error: { code: 80003 } }, { 'retry-after': '30' }),
  refused: graphError(190, undefined, 401),
  broken: graphError(2, undefined, 500),
  notAcceptable: graphError(100),
});

const now = Date.UTC(2026, 2, 1, 12);
const contextOf = (externalId?: string) => ({
  ...openContext(meta, { settings, secrets }, now),
  audience: { key: 'vip', ...(externalId !== undefined && { externalId }) },
});
const planOf = (operations: Parameters<NonNullable<typeof meta.planMembers>>[0]): Plan =>
  meta.planMembers?.(operations, contextOf('4711')) as Plan;
const rows = (n: number): PlannedRequest =>
  planOf(Array.from({ length: n }, (_, index) => anOperation(index))).requests[0] as PlannedRequest;
const kindsOf = (answer: HttpResponse, n = 2): string[] => meta.interpret(answer, rows(n), now).map(({ kind }) => kind);

describe('an upload to Meta', () => {
  it('has a column for each identifier that some row has and an empty cell for what is missing', () => {
    const ada = { user_id: 'u1', email: ' Ada@Example.com ', phone: '+49 30 901820' };
    const device = { device_id: 'AEBE52E7-03EE-455A-B3C4-E57283966239' };
    const plan = planOf([anOperation(1, { identifiers: ada }), anOperation(2, { identifiers: device })]);
    expect(JSON.parse(plan.requests[0]?.request.body ?? '')).toEqual({
      payload: {
        schema: ['EXTERN_ID', 'EMAIL', 'PHONE', 'MADID'],
        data: [
          ['u1', sha256Hex('ada@example.com'), sha256Hex('4930901820'), ''],
          ['', '', '', 'aebe52e7-03ee-455a-b3c4-e57283966239'],
        ],
      },
    });
  });

  it('has no column that nobody needs', () => {
    const onlyEmail = anOperation(1, { identifiers: { email: 'person1@example.com' } });
    const body = JSON.parse(planOf([onlyEmail]).requests[0]?.request.body ?? '') as object;
    expect(body).toEqual({ payload: { schema: ['EMAIL'], data: [[sha256Hex('person1@example.com')]] } });
  });

  it('never carries a plain address or number', () => {
    const identifiers = { email: 'ada@example.com', phone: '+4930901820' };
    const { body } = planOf([anOperation(1, { identifiers })]).requests[0]?.request ?? { body: '' };
    expect(body).not.toMatch(/ada|example|901820/);
  });

  it('adds by POST and removes by DELETE at the pinned version', () => {
    const plan = planOf([anOperation(1), anOperation(2, { operation: 'remove' })]);
    expect(plan.requests.map(({ request, items }) => [request.method, request.url.split('?')[0], items])).toEqual([
      ['DELETE', 'https://graph.facebook.com/v25.0/4711/users', [1]],
      ['POST', 'https://graph.facebook.com/v25.0/4711/users', [0]],
    ]);
  });

  it('proves that it holds the app secret, with the token in a header only', () => {
    const { url, headers } = rows(1).request;
    const query = new URL(url).searchParams;
    const seconds = String(now / 1_000);
    const proof = createHmac('sha256', secrets.appSecret).update(`${secrets.accessToken}|${seconds}`).digest('hex');
    expect(Object.fromEntries(query)).toEqual({ appsecret_proof: proof, appsecret_time: seconds });
    expect(headers['authorization']).toBe(`Bearer ${secrets.accessToken}`);
  });

  it('refuses somebody without a usable identifier, and uploads the others', () => {
    const nobody = anOperation(1, { identifiers: { email: 'no address', anonymous_id: 'a1' } });
    const plan = planOf([nobody, anOperation(2)]);
    expect(plan.refused).toMatchObject([{ index: 0, kind: 'invalid', code: 'no-identifier' }]);
    expect(plan.requests.map(({ items }) => items)).toEqual([[1]]);
  });

  it('waits for the audience to exist', () => {
    const plan = meta.planMembers?.([anOperation(1)], contextOf());
    expect(plan).toMatchObject({ requests: [], refused: [{ index: 0, kind: 'auth', code: 'no-external-audience' }] });
  });
});

describe('the answer of Meta', () => {
  it.each<[number, number | undefined, string]>([
    [190, undefined, 'auth'],
    [190, 463, 'auth'],
    [200, undefined, 'auth'],
    [294, undefined, 'auth'],
    [100, 1713230, 'auth'],
    [2650, undefined, 'auth'],
    [100, 1487301, 'auth'],
    [1487366, undefined, 'auth'],
    [1, undefined, 'transient'],
    [2, undefined, 'transient'],
    [341, undefined, 'transient'],
    [368, undefined, 'transient'],
    [4, undefined, 'throttled'],
    [17, 2446079, 'throttled'],
    [613, 1487742, 'throttled'],
    [80003, undefined, 'throttled'],
    [100, undefined, 'invalid'],
    [100, 33, 'invalid'],
    [999999, undefined, 'invalid'],
  ])('%d with subcode %s is %s', (code, subcode, kind) => {
    expect(kindsOf(graphError(code, subcode))).toEqual([kind, kind]);
  });

  it('names code and subcode, never its message', () => {
    const [result] = meta.interpret(graphError(100, 1713230), rows(1), now);
    expect(result).toMatchObject({ code: 'meta-100-1713230' });
    expect(result?.message).not.toContain('ada');
  });

  it('that it received nothing of something is a failure', () => {
    expect(kindsOf(received(0))).toEqual(['transient', 'transient']);
  });

  it('with some invalid rows does not say which, so nobody is taken for delivered', () => {
    expect(kindsOf(received(3, 1), 3)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
    expect(kindsOf(received(1, 1), 1)).toEqual(['invalid']);
  });

  it('that it received fewer rows than were sent is no success', () => {
    expect(kindsOf(received(1), 2)).toEqual(['ambiguous', 'ambiguous']);
  });

  it.each([{}, [], 'ok', null, { num_received: 'two' }])('in an unknown form, as %j, is tried again', (body) => {
    expect(kindsOf(response(200, body))).toEqual(['transient', 'transient']);
  });

  it('an error in a successful status is an error', () => {
    expect(kindsOf(response(200, { error: { code: 190 } }))).toEqual(['auth', 'auth']);
  });

  it('honours the longest time to regain access, in minutes, before Retry-After', () => {
    const usage = {
      '11': [{ type: 'custom_audience', call_count: 100, estimated_time_to_regain_access: 3 }],
      '12': [{ type: 'ads_management', estimated_time_to_regain_access: 7 }],
    };
    const headers = { 'x-business-use-case-usage': JSON.stringify(usage), 'retry-after': '5' };
    const [result] = meta.interpret(response(400, { error: { code: 80003 } }, headers), rows(1), now);
    expect(result?.retryAfterMs).toBe(7 * 60_000);
  });

  it.each([1e308, 60 * 48])('waits a day at most, even when told to wait %d minutes', (minutes) => {
    const usage = { '11': [{ estimated_time_to_regain_access: minutes }] };
    const headers = { 'x-business-use-case-usage': JSON.stringify(usage) };
    const [result] = meta.interpret(response(400, { error: { code: 80003 } }, headers), rows(1), now);
    expect(result?.retryAfterMs).toBe(24 * 3_600_000);
  });

  it.each(['', 'nonsense', '[]', '{"1":{}}'])('does not stumble over the usage header %j', (usage) => {
    const headers = { 'x-business-use-case-usage': usage };
    const [result] = meta.interpret(response(400, { error: { code: 4 } }, headers), rows(1), now);
    expect(result).toMatchObject({ kind: 'throttled' });
    expect(result?.retryAfterMs).toBeUndefined();
  });
});

describe('creating an audience at Meta', () => {
  const createAudience = meta.createAudience as AudienceMaker;
  const context = openContext(meta, { settings, secrets }, now);
  const wanted = { name: 'VIP', mark: 'heddle-1' };
  const listed = (data: readonly object[], paging?: object) =>
    createAudience.interpretFound(response(200, { data, ...(paging && { paging }) }), wanted, now);

  it('asks for a customer list of our own data', () => {
    const request = createAudience.plan(context, { name: 'VIP', mark: 'heddle-1' });
    expect(request.url).toContain('/v25.0/act_1234567890/customaudiences?');
    expect(JSON.parse(request.body)).toMatchObject({
      name: 'VIP',
      description: expect.stringContaining('heddle-1'),
      subtype: 'CUSTOM',
      customer_file_source: 'USER_PROVIDED_ONLY',
    });
  });

  it('gives the id of the audience, or why there is none', () => {
    expect(createAudience.interpret(response(200, { id: '23851' }), now)).toEqual({ externalId: '23851' });
    expect(createAudience.interpret(graphError(190), now)).toMatchObject({ failed: { kind: 'auth' } });
    expect(createAudience.interpret(response(200, {}), now)).toMatchObject({ failed: { kind: 'transient' } });
  });

  it('finds one that has its mark, page by page', () => {
    const others = [{ id: '1' }, { id: '2', description: 'Kept in step by Heddle (heddle-2).' }];
    expect(listed([...others, { id: '3', description: 'Kept in step by Heddle (heddle-1).' }])).toEqual({
      externalId: '3',
    });
    expect(listed(others, { cursors: { after: 'c1' }, next: 'https://next' })).toEqual({ next: 'c1' });
    expect(listed(others, { cursors: { after: 'c1' } })).toEqual({ next: undefined });
    expect(listed([])).toEqual({ next: undefined });
    const { searchParams } = new URL(createAudience.planFind(context, wanted, 'c1').url);
    expect(Object.fromEntries(searchParams)).toMatchObject({ fields: 'id,description', after: 'c1' });
  });

  it('does not take an answer it cannot read for an empty list', () => {
    const answers = [response(200, {}), response(500, {}), graphError(80003)];
    const kinds = answers.map((answer) => createAudience.interpretFound(answer, wanted, now));
    expect(kinds).toMatchObject(['transient', 'transient', 'throttled'].map((kind) => ({ failed: { kind } })));
  });
});

describe('settings of Meta', () => {
  it.each([{ adAccountId: 'act_1' }, { adAccountId: '1', apiBase: 'https://graph.facebook.com/v1' }, {}])(
    'refuses %j',
    (wrong) => {
      expect(meta.settings.safeParse(wrong).success).toBe(false);
    },
  );
});

it('pins a version of the Graph API that was looked at lately', () => {
  expect(Date.parse(graph.reviewBy)).toBeGreaterThan(Date.now());
});
