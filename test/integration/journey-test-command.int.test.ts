import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../src/cli/run';
import type { JourneyDefinition, JsonObject } from '../../src/client/types';
import { startSystem, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { hookMs, putCrm, signingSecret } from './use-cases-harness';

describe('heddle journeys test', () => {
  let system: System;
  let twin: WebhookTwin;
  beforeAll(async () => {
    system = await startSystem();
    twin = await startWebhookTwin({ secret: signingSecret });
    await putCrm(system, twin);
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await twin.close();
  }, hookMs);

  async function heddle(...argv: string[]) {
    const written = { out: '', err: '' };
    const code = await run(argv, {
      out: { write: (text: string) => (written.out += text) },
      err: { write: (text: string) => (written.err += text) },
      env: { HEDDLE_URL: system.url, HEDDLE_API_KEY: system.keys.api },
      cwd: __dirname,
      stdin: (async function* () {})(),
      wait: (ms) => delay(ms),
    });
    return { code, ...written };
  }
  const put = (key: string, definition: JsonObject) =>
    system.client.journeys.put(key, { name: key, purpose: 'news', ...definition } as unknown as JourneyDefinition);
  const publish = async (key: string, definition: JsonObject) => {
    await put(key, definition);
    await system.client.journeys.publish(key, { inFlight: 'finish' });
  };
  const done = { start: 'bye', steps: { bye: { type: 'exit', reason: 'done' } } };
  const variant = (key: string) => ({ key, weight: 50, next: 'mail' });

  it('walks every kind of step, and what a step would begin, change or send elsewhere stays with its person', async () => {
    await system.client.audiences.put('guests', { name: 'Guests', kind: 'manual' });
    await publish('sub', { entry: { on: { api: true } }, ...done });
    await publish('greet', { entry: { on: { audience: 'guests', edge: 'entered' } }, ...done });
    await publish('invited', { entry: { on: { event: 'Guest Invited' } }, ...done });
    const tried: JsonObject = {
      entry: { on: { event: 'Order Placed' } },
      exits: [{ on: { event: 'Order Refunded' }, reason: 'refunded' }],
      start: 'rest',
      steps: {
        rest: { type: 'wait', for: '60d', next: 'note' },
        note: { type: 'update', set: { seen: true }, increment: { orders: 1 }, next: 'invite' },
        invite: { type: 'audience', audience: 'guests', do: 'add', next: 'tell' },
        tell: { type: 'emit', event: 'Guest Invited', properties: {}, next: 'hero' },
        hero: { type: 'personalise', slot: 'hero', content: { text: 'Hello' }, for: '2d', next: 'join' },
        join: { type: 'enroll', journey: 'sub', wait: true, next: 'which' },
        which: {
          type: 'branch',
          cases: [
            {
              if: {
                all: [
                  { trait: 'seen', is: 'equals', value: true },
                  { trait: 'orders', is: 'equals', value: 1 },
                ],
              },
              next: 'draw',
            },
          ],
          else: 'bye',
        },
        draw: { type: 'split', experiment: 'halves', variants: [variant('a'), variant('b')] },
        mail: { type: 'send', destination: 'crm', mapping: { order: { from: 'entry.properties.order' } }, next: 'bye' },
        bye: { type: 'exit', reason: 'done' },
      },
    };
    // Published, so that its experiment has figures; and changed since, so that there is a draft.
    await publish('tried', tried);
    await put('tried', { ...tried, name: 'Tried' });
    const { code, out, err } = await heddle(
      ...['journeys', 'test', 'tried', '--waits', '1s'],
      ...['--traits', '{"tier":"gold"}', '--properties', '{"order":"o-77"}'],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trim().split('\n');
    const walked = lines.filter((line) => /^\w+ {2}1 {2}/.test(line)).map((line) => line.split('  '));
    expect(walked.map(([step, , , outcome]) => [step, outcome])).toEqual([
      ['rest', 'waited'],
      ...['note', 'invite', 'tell'].map((step) => [step, 'applied']),
      ['hero', 'not-shown'],
      ['join', 'not-begun'],
      ['which', 'case 1'],
      ['draw', expect.stringMatching(/^[ab]$/)],
      ['mail', 'withheld (test)'],
      ['bye', 'done'],
    ]);
    const mail = lines.findIndex((line) => line.startsWith('mail  '));
    expect(lines[mail + 1]).toContain('mail would send to crm: POST http');
    expect(lines[mail + 1]).toContain('"payload":{"order":"o-77"}');
    expect(lines.at(-1)).toContain('completed at bye');

    await system.settled();
    expect(twin.sends()).toEqual([]);
    for (const key of ['sub', 'greet', 'invited'])
      expect({ key, runs: (await system.client.journeys.enrollments(key)).data }).toEqual({ key, runs: [] });
    expect((await system.client.audiences.members('guests')).data).toEqual([]);
    const { variants } = await system.client.journeys.experiment('tried', 'halves');
    expect(variants.map(({ variant, exposed }) => [variant, exposed])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  }, 60_000);

  it('tests what was published instead where it is asked to, and prints all of it as JSON', async () => {
    await publish('twice', { entry: { on: { event: 'Order Placed' } }, ...done });
    await put('twice', { entry: { on: { event: 'Order Placed' } }, start: 'end', steps: { end: { type: 'exit' } } });
    const tested = async (...more: string[]) => {
      const { code, out } = await heddle('journeys', 'test', 'twice', '--json', ...more);
      const { run } = JSON.parse(out) as { run: { version: number; reason?: string; test: boolean } };
      return { code, version: run.version, reason: run.reason, test: run.test };
    };
    expect(await tested('--of', '1')).toEqual({ code: 0, version: 1, reason: 'done', test: true });
    expect(await tested()).toMatchObject({ code: 0, version: 0 });
  }, 60_000);

  it.each([
    ['a journey that is none', ['nobody'], /nobody/],
    ['a version that is none', ['odd', '--of', '7'], /7/],
    ['traits that are no object', ['odd', '--traits', '[1]'], /JSON object/],
    ['waits that are no duration', ['odd', '--waits', 'soon'], /waits/],
  ])('says what is wrong with %s', async (_what, argv, says) => {
    await publish('odd', { entry: { on: { event: 'Order Placed' } }, ...done });
    const { code, out, err } = await heddle('journeys', 'test', ...argv);
    expect({ isFailure: code !== 0, out }).toEqual({ isFailure: true, out: '' });
    expect(err).toMatch(says);
  });
});
