import { Registry } from 'prom-client';
import type { HttpResponse } from '../../destinations/destination';
import { SendError } from '../../destinations/send-error';
import { enrollmentId } from '../../domain/ids';
import { inTransaction } from '../../store/open-store';
import { aProfile, identifiers, noon } from '../../testing/builders';
import { useTestApi } from '../../testing/test-api';
import { createDeliveryMetrics } from './delivery-metrics';
import type { JourneySend } from '../journeys/journey-sender';
import { createDestinationSender } from './destination-sender';

describe('a send of a journey', () => {
  const api = useTestApi();

  const answered = (status: number) => (): Promise<HttpResponse> => Promise.resolve({ status, headers: {}, body: '' });
  const lost = () => Promise.reject(new SendError('timeout', 'timeout', 'No answer.', true));

  /** Sends one message, reached two seconds ago, and answers with how that ended and what was counted. */
  async function send(sender: () => Promise<HttpResponse>) {
    const { destinations, metrics, request } = await prepare(sender);
    const answer = await destinations.send(request);
    const attempts = (await metrics.deliveries.get()).values.map(({ labels }) => labels);
    const latency = (await metrics.latency.get()).values.find(({ metricName }) => metricName?.endsWith('_sum'));
    return { answer, attempts, seconds: latency?.value };
  }

  async function prepare(sender: () => Promise<HttpResponse>) {
    const { store } = api;
    const { ws } = await api.createWorkspace();
    const secrets = { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
    const crm = {
      key: 'crm',
      type: 'webhook',
      name: 'CRM',
      settings: { url: 'https://crm.example/in' },
      enabled: true,
    };
    await inTransaction(store.connection, (session) => store.destinations.save(ws, { ...crm, secrets }, noon, session));
    const metrics = createDeliveryMetrics(new Registry());
    const destinations = createDestinationSender({ store, sender, clock: () => noon + 2_000, metrics });
    const request: JourneySend = {
      ws,
      idempotencyKey: 'enr_1:tell:1',
      journey: 'welcome',
      version: 1,
      step: 'tell',
      enrollment: enrollmentId('enr_1'),
      profile: aProfile('prf_1'),
      definition: { type: 'send', destination: 'crm', onFailure: 'continue' },
      run: {},
      arrivedAt: noon,
    };
    return { destinations, metrics, request };
  }

  it.each([
    ['somebody who has what the mapping asks for', { email: 'a@x.example' }, true],
    ['somebody who has not', { user_id: 'u1' }, false],
    ['somebody who goes by nothing', {}, false],
  ])('reaches %s: nothing leaves for that', async (_who, by, isReached) => {
    const { destinations, request } = await prepare(() => Promise.reject(new Error('Nothing may be sent.')));
    const known = identifiers(by).map((one) => ({ ...one, firstSeenAt: noon }));
    const definition = { ...request.definition, mapping: { to: { from: 'identifiers.email' } } };
    const asked = { ...request, definition, profile: aProfile('prf_1', { identifiers: known }) };
    expect(await destinations.reaches(asked)).toBe(isReached);
    expect(await destinations.reaches({ ...asked, definition: { ...definition, destination: 'gone' } })).toBe(false);
  });

  it('is rehearsed without leaving: what would be asked is told, or why it would be refused', async () => {
    const { destinations, request } = await prepare(() => Promise.reject(new Error('Nothing may be sent.')));
    const known = identifiers({ user_id: 'u1' }).map((one) => ({ ...one, firstSeenAt: noon }));
    const asked = { ...request, profile: aProfile('prf_1', { identifiers: known }) };
    const would = await destinations.rehearse(asked);
    expect(would).toMatchObject({ request: { method: 'POST', url: 'https://crm.example/in' } });
    expect(JSON.stringify(would)).toContain('enr_1:tell:1');
    const mapping = { to: { from: 'identifiers.email' } };
    const lacking = { ...asked, definition: { ...request.definition, mapping } };
    expect(await destinations.rehearse(lacking)).toEqual({ code: 'mapping' });
    const gone = { ...asked, definition: { ...request.definition, destination: 'gone' } };
    expect(await destinations.rehearse(gone)).toEqual({ code: 'destination-unknown' });
  });

  it('that arrives counts how long ago its step was reached', async () => {
    expect(await send(answered(204))).toEqual({
      answer: { kind: 'ok', code: 'http-204' },
      attempts: [{ type: 'webhook', outcome: 'ok' }],
      seconds: 2,
    });
  });

  it.each([
    ['is refused', answered(422), { kind: 'invalid', code: 'http-422' }],
    ['fails', answered(500), { kind: 'transient', code: 'http-500' }],
    ['meets refused credentials', answered(401), { kind: 'auth', code: 'http-401' }],
    ['gets no answer', lost, { kind: 'unclear', code: 'timeout' }],
  ])('that %s is counted as such, and has no latency', async (_how, sender, answer) => {
    const attempts = [{ type: 'webhook', outcome: answer.kind }];
    expect(await send(sender)).toEqual({ answer, attempts, seconds: undefined });
  });
});
