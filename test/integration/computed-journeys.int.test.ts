import type { JourneyDefinition, JsonObject } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { hookMs, putCrm, runsOf, signingSecret } from './use-cases-harness';

const send = (mapping: JsonObject) =>
  ({ type: 'send', destination: 'crm', action: 'message', mapping, next: 'bye' }) as const;
const journey = {
  name: 'Carts of the keen',
  purpose: 'marketing',
  entry: { on: { event: 'Cart Started' }, if: { path: 'computed.score', is: 'at_least', value: 10 } },
  start: 'which',
  steps: {
    which: {
      type: 'branch',
      cases: [
        {
          if: {
            all: [
              { path: 'computed.seen[]', is: 'equals', value: 'hats' },
              { event: 'Product Viewed', count: { is: 'at_least', value: { from: 'computed.views' } } },
            ],
          },
          next: 'hats',
        },
      ],
      else: 'bye',
    },
    hats: send({
      score: { from: 'computed.score', transform: [{ round: 0 }] },
      text: { template: 'Of {{ computed.seen | join: ", " }}: {{ computed.views }}' },
      none: { from: 'computed.none', default: 'nothing' },
    }),
    bye: { type: 'exit' },
  },
} as unknown as JourneyDefinition;

describe('a journey that reads what is computed', () => {
  let system: System;
  let twin: WebhookTwin;
  const track = (userId: string, event: string, properties: JsonObject = {}) =>
    system.client.events.track({ userId, event, properties });

  beforeAll(async () => {
    twin = await startWebhookTwin({ secret: signingSecret });
    system = await startSystem();
    await putCrm(system, twin);
    const { computedTraits } = system.client;
    const viewed = 'Product Viewed';
    const score = [{ event: viewed, points: 6 }];
    await computedTraits.put('score', { name: 'Score', value: { score, halfLife: '30d' } });
    await computedTraits.put('seen', { name: 'Seen', value: { event: viewed, list: 'category' } });
    await computedTraits.put('views', { name: 'Views', value: { event: viewed, count: true } });
    await computedTraits.put('none', { name: 'None', value: { event: 'Never', last: 'x' } });
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await twin.close();
  }, hookMs);

  it('enters, branches and sends by it, and keeps it from being deleted', async () => {
    const unknown = { ...journey, entry: { ...journey.entry, if: { path: 'computed.other', is: 'set' } } } as const;
    const { findings: wrong } = await system.client.journeys.put('keen', unknown);
    expect(wrong).toMatchObject([{ code: 'unknown_computed_trait', path: '/entry/if/path', severity: 'error' }]);
    const { findings } = await system.client.journeys.put('keen', journey);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    await system.client.journeys.publish('keen', { inFlight: 'finish' });
    for (const category of ['shoes', 'hats']) await track('keen', 'Product Viewed', { category });
    await track('other', 'Product Viewed', { category: 'hats' });
    await track('keen', 'Cart Started');
    await track('other', 'Cart Started');
    const [message] = await until(async () => {
      const sends = twin.sends();
      return sends.length > 0 ? sends : undefined;
    }, 'the message of the keen one');
    expect(message?.payload).toEqual({ score: 12, text: 'Of hats, shoes: 2', none: 'nothing' });
    await runsOf(system, 'user_id:keen', ([run]) => run?.status === 'completed' || run?.status === 'exited', 'to end');
    await system.settled();
    expect((await system.client.profiles.enrollments('user_id:other')).data).toEqual([]);
    await expect(system.client.computedTraits.delete('score')).rejects.toMatchObject({ status: 409 });
    await expect(system.client.computedTraits.delete('none')).rejects.toMatchObject({ status: 409 });
  }, 120_000);
});
