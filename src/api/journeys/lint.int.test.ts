import request from 'supertest';
import type { Finding } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](`/v1/${path}`).auth(workspace.apiKey, { type: 'bearer' });
const draft = async (of: object, key = 'welcome'): Promise<string[]> => {
  const journey = { name: key, entry: { on: { event: 'Cart Started' } }, start: 'mail', ...of };
  const { body } = await call('put', `journeys/${key}`).send(journey).expect(200);
  return (body as { findings: Finding[] }).findings.map(({ code, path }) => `${code} ${path}`);
};
const mailing = (mapping: object) => ({
  purpose: 'marketing',
  steps: { mail: { type: 'send', destination: 'crm', mapping } },
});
const branching = (rule: object) => ({
  start: 'which',
  steps: { which: { type: 'branch', cases: [{ if: rule, next: 'done' }], else: 'done' }, done: { type: 'exit' } },
});

beforeEach(async () => {
  const secrets = { signingSecret: `whsec_${'A'.repeat(44)}` };
  const settings = { url: 'https://example.com/hook' };
  await call('put', 'destinations/crm').send({ type: 'webhook', name: 'CRM', settings, secrets }).expect(200);
});

describe('what is said of a draft', () => {
  it('is nothing of what was never seen, before anything was', async () => {
    expect(await draft(mailing({ name: { from: 'traits.nmae' } }))).toEqual([]);
  });

  it('names events that never came and traits that nobody has, once the catalogue knows others', async () => {
    await sendBatch(api.app, workspace.secretKey, [
      { type: 'identify', userId: 'ann', traits: { name: 'Ann', address: { city: 'Bonn' } } },
      { type: 'track', userId: 'ann', event: 'Cart Started' },
    ]).expect(200);
    await api.catchUp(workspace.ws);
    await api.deps.traffic.flush();
    expect(await draft(mailing({ name: { from: 'traits.name' }, city: { from: 'traits.address.city' } }))).toEqual([]);
    expect(await draft(mailing({ name: { from: 'traits.nmae' } }))).toEqual(['trait_never_seen /steps/mail/mapping']);
    expect(await draft({ ...mailing({}), exits: [{ on: { event: 'Cart Strated' } }] })).toEqual([
      'event_never_received /exits/0/on/event',
    ]);
  });

  it('reasons by the rules of audiences and by today, and what cannot be is not published', async () => {
    const rule = { trait: 'tier', is: 'equals', value: 'gold' };
    await call('put', 'audiences/vip').send({ name: 'VIP', rule }).expect(200);
    const never = branching({ all: [{ audience: 'vip' }, { trait: 'tier', is: 'equals', value: 'iron' }] });
    expect(await draft(never)).toEqual(['case_never /steps/which/cases/0/if']);
    const { body } = await call('post', 'journeys/welcome/publish').expect(400);
    expect(body).toMatchObject({ errors: [{ pointer: '/steps/which/cases/0/if' }] });
    expect(await draft(branching({ all: [{ audience: 'vip' }, { trait: 'ltv', is: 'at_least', value: 9 }] }))).toEqual(
      [],
    );
  });

  it('names a journey that sends the same message to the same people', async () => {
    await draft(mailing({ name: { from: 'traits.name' } }));
    await call('post', 'journeys/welcome/publish').expect(200);
    expect(await draft(mailing({ name: { from: 'traits.name' } }), 'other')).toEqual(['same_message /steps/mail']);
    expect(await draft(mailing({ name: { from: 'traits.first_name' } }), 'other')).toEqual([]);
  });

  it('names waits that are longer than events are kept', async () => {
    await call('put', 'policies/retention').send({ events: 100 }).expect(200);
    const steps = { rest: { type: 'wait', for: '101d', next: 'done' }, done: { type: 'exit' } };
    expect(await draft({ lifetime: '200d', start: 'rest', steps })).toEqual(['wait_beyond_retention /steps/rest/for']);
  });
});
