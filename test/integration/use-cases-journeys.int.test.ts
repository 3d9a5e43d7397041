import type { Enrollment, JsonObject } from '../../src/client/types';
import { startSystem, type System } from '../../src/testing/system';
import { fastForward } from '../../src/testing/fast-forward';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import {
  day,
  foundIn,
  historiesOf,
  hookMs,
  hour,
  membership,
  publishExample,
  putAudiences,
  putCrm,
  runAt,
  runEnded,
  runsOf,
  signingSecret,
} from './use-cases-harness';

describe('the journeys of examples/', () => {
  let system: System;
  let twin: WebhookTwin;
  /** Runs 61 days late until it is told to catch up, so that what happened then is past when workflows look at it. */
  let lateByMs = 61 * day;

  const track = (userId: string, event: string, properties: JsonObject = {}) =>
    system.client.events.track({ userId, event, properties });
  const person = (userId: string, first_name: string) =>
    system.client.events.identify({ userId, traits: { first_name, email: `${userId}@personal.example` } });
  const pass = (workflowId: string, ms: number) => fastForward(system.temporal, workflowId, ms);
  const templatesTo = (profileId: string) =>
    twin.sends().flatMap(({ profile, payload }) => (profile.id === profileId ? [payload['template']] : []));

  beforeAll(async () => {
    twin = await startWebhookTwin({ secret: signingSecret });
    system = await startSystem({ clock: () => Date.now() - lateByMs });
    await putAudiences(system, 'inactive-60d');
    await putCrm(system, twin);
    for (const key of ['abandoned-cart', 'onboarding', 'win-back']) await publishExample(system, key);
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await twin.close();
  }, hookMs);

  describe('win-back', () => {
    const lapsed = ['buys', 'clicks', 'silent'];

    it('begins by the clock, without an event, when the last purchase is 60 days old', async () => {
      for (const userId of lapsed) {
        await person(userId, 'Wilhelmina');
        await track(userId, 'Order Completed', { revenue: 20, currency: 'EUR' });
      }
      await system.settled();
      for (const userId of lapsed) await membership(system, `user_id:${userId}`, 'inactive-60d', 'out');
      expect(twin.messages).toEqual([]);
      lateByMs = 0;
      for (const userId of lapsed) {
        await membership(system, `user_id:${userId}`, 'inactive-60d', 'in');
        const run = await runAt(system, `user_id:${userId}`, 'response');
        expect(run).toMatchObject({ journey: 'win-back', waitingFor: ['Order Completed', 'Offer Clicked'] });
        expect(templatesTo(run.profileId)).toEqual(['win-back-offer']);
      }
    });

    it('ends as won back when the person buys, and counts the conversion', async () => {
      await track('buys', 'Order Completed', { revenue: 75, currency: 'EUR' });
      const { id, profileId, reason } = await runEnded(system, 'user_id:buys');
      expect(reason).toBe('won-back');
      expect(templatesTo(profileId)).toEqual(['win-back-offer']);
      const { conversions, path } = await system.client.enrollments.get(id);
      expect(conversions).toMatchObject([{ goal: 'came-back', value: 75, currency: 'EUR' }]);
      expect(path.map(({ step, outcome }) => `${step}: ${String(outcome)}`)).toEqual([
        'offer: delivered',
        'response: Order Completed',
        'won-back: won-back',
      ]);
      await membership(system, 'user_id:buys', 'inactive-60d', 'out');
    });

    it('sends a last call when the offer is clicked', async () => {
      await track('clicks', 'Offer Clicked');
      const { profileId, reason } = await runEnded(system, 'user_id:clicks');
      expect(reason).toBe('clicked');
      expect(templatesTo(profileId)).toEqual(['win-back-offer', 'offer-ends']);
    });

    it('ends without an answer after 7 days', async () => {
      const { workflowId } = await runAt(system, 'user_id:silent', 'response');
      await pass(workflowId, 7 * day);
      const { profileId, reason } = await runEnded(system, 'user_id:silent');
      expect(reason).toBe('no-answer');
      expect(templatesTo(profileId)).toEqual(['win-back-offer']);
    });
  });

  describe('abandoned-cart', () => {
    it('reminds two hours after the cart was started, with the signed body that the contract describes', async () => {
      await person('u1', 'Wilhelmina');
      await track('u1', 'Cart Started', { cart_id: 'c1' });
      const waiting = await runAt(system, 'user_id:u1', 'settle');
      expect(Date.parse(String(waiting.dueAt)) - Date.parse(waiting.enteredAt)).toBeGreaterThanOrEqual(2 * hour);
      await pass(waiting.workflowId, 2 * hour - 60_000);
      expect(templatesTo(waiting.profileId)).toEqual([]);
      await pass(waiting.workflowId, 60_000);
      const { id, reason } = await runEnded(system, 'user_id:u1');
      expect(reason).toBe('reminded');
      const received = twin.messages.filter(({ data }) => 'enrollment' in data && data.enrollment === id);
      // The twin takes only messages whose signature holds over the bytes that came.
      expect(received).toEqual([
        {
          type: 'journey.send',
          timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          webhookId: `${id}:remind:1`,
          receivedAt: expect.any(Number),
          data: {
            id: `${id}:remind:1`,
            journey: 'abandoned-cart',
            version: 1,
            step: 'remind',
            enrollment: id,
            profile: {
              id: waiting.profileId,
              identifiers: { user_id: 'u1', email: 'u1@personal.example' },
              traits: { first_name: 'Wilhelmina' },
            },
            payload: { template: 'cart-reminder', cart: 'c1', greeting: 'Hello Wilhelmina' },
          },
        },
      ]);
      const { data } = await system.client.deliveries.list({ profile: 'user_id:u1' });
      expect(data).toMatchObject([{ idempotencyKey: `${id}:remind:1`, status: 'delivered', step: 'remind' }]);
    });

    it('ends at the purchase of the same cart, and not at that of another', async () => {
      for (const cart of ['c2', 'c3']) await track('u2', 'Cart Started', { cart_id: cart });
      await runsOf(
        system,
        'user_id:u2',
        (runs) => runs.length === 2 && runs.every(({ step, dueAt }) => step === 'settle' && dueAt !== undefined),
        'two carts to wait',
      );
      await track('u2', 'Order Completed', { cart_id: 'c2', revenue: 60, currency: 'EUR' });
      const hasEnded = ({ endedAt }: Enrollment): boolean => endedAt !== undefined;
      const runs = await runsOf(system, 'user_id:u2', (all) => all.some(hasEnded), 'the bought cart to end');
      const [bought, left] = [runs.filter(hasEnded), runs.filter((run) => !hasEnded(run))];
      expect(bought).toMatchObject([{ status: 'exited', reason: 'purchased' }]);
      expect(left).toMatchObject([{ status: 'active', step: 'settle' }]);
      const { id = '', workflowId = '', profileId } = left[0] ?? {};
      await pass(workflowId, 2 * hour);
      await runsOf(system, 'user_id:u2', (all) => all.every(hasEnded), 'both carts to end');
      expect(await system.client.enrollments.get(id)).toMatchObject({ status: 'completed', reason: 'reminded' });
      const carts = twin.sends().flatMap(({ profile, payload }) => (profile.id === profileId ? [payload] : []));
      expect(carts).toEqual([{ template: 'cart-reminder', cart: 'c3', greeting: 'Hello there' }]);
      const { goals } = await system.client.impact.journey('abandoned-cart');
      expect(goals).toMatchObject([{ key: 'purchase', conversions: 1, value: { EUR: 60 } }]);
    });
  });

  describe('onboarding', () => {
    it.each([
      ['an engaged account', 'engaged', ['welcome', 'next-steps'], ['Feature Activated']],
      ['an account that did nothing', 'not-engaged', ['welcome', 'getting-started'], []],
    ])('%s ends as %s, three days after its welcome', async (_, reason, templates, events) => {
      await track(reason, 'Account Created');
      const { workflowId, profileId } = await runAt(system, `user_id:${reason}`, 'try-out');
      expect(templatesTo(profileId)).toEqual(['welcome']);
      for (const event of events) await track(reason, event);
      await system.settled();
      await pass(workflowId, 3 * day);
      expect(await runEnded(system, `user_id:${reason}`)).toMatchObject({ status: 'completed', reason });
      expect(templatesTo(profileId)).toEqual(templates);
    });
  });

  it('every send reached the CRM once, and the ledger adds up', async () => {
    expect(twin.messages).toHaveLength(twin.distinctIds().size);
    expect(twin.complaints).toEqual([]);
    const impact = await system.client.impact.destination('crm');
    expect(impact).toMatchObject({ emitted: twin.messages.length, delivered: twin.messages.length });
    expect(impact.conservation.gap).toBe(0);
  });

  it('leaves no name and no address in Temporal', async () => {
    const text = await historiesOf(system, ['intake', 'clock', 'backfill', 'enrollment']);
    expect(foundIn(text, ['settle: waits 2h'])).toEqual(['settle: waits 2h']);
    expect(foundIn(text, ['Wilhelmina', 'personal.example'])).toEqual([]);
  });
});
