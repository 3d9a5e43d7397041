import request from 'supertest';
import { useTestApi, useWorkspace } from '../../src/testing/test-api';
import { inTransaction } from '../../src/store/open-store';
import { aProfile } from '../../src/testing/builders';
import { enrollmentId } from '../../src/domain/ids';
import { compileJourney } from '../../src/domain/journeys/compiled-journey';
import type { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import { findExample } from '../../src/testing/examples';
import { decideEntry } from '../../src/domain/journeys/routing';

const api = useTestApi({ temporalUi: { url: 'http://ui', namespace: 'default' } });
const home = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(home.apiKey, { type: 'bearer' });
const abandonedCart = findExample<JourneyDefinition>('journeys', 'abandoned-cart');
const simple = {
  name: 'Simple',
  entry: { on: { event: 'Started' } },
  start: 'rest',
  steps: { rest: { type: 'wait', for: '2h', next: 'bye' }, bye: { type: 'exit' } },
};

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function putCrm(): Promise<void> {
  const body = {
    type: 'webhook',
    name: 'CRM',
    settings: { url: 'https://crm.example.com/hook' },
    secrets: { signingSecret },
  };
  await call('put', '/v1/destinations/crm').send(body).expect(200);
}

const pick = (rows: unknown, name: string): unknown[] =>
  (rows as readonly Record<string, unknown>[]).map((row) => row[name]);

/** A run as the fold would have written it. */
async function enrol(): Promise<string> {
  const journey = compileJourney({ ...simple, key: 'simple' } as JourneyDefinition, 1, 'published');
  const profile = aProfile('prf_1');
  const at = Date.now();
  const event = { name: 'Started', at, properties: {}, messageId: 'm1', occurredAt: at, receivedAt: at };
  const run = decideEntry(
    journey,
    { kind: 'event', event, seq: 1 },
    {
      ws: home.ws,
      profile: profile.id,
      subjectIds: [profile.id],
      existing: [],
      evaluateIf: () => true,
      readDue: () => undefined,
      now: at,
      makeId: () => enrollmentId(`enr_${home.ws}`),
    },
  );
  if (!run || 'ignored' in run) throw new Error('nobody entered');
  await api.store.enrollments.write(home.ws, [{ enrollment: { ...run, status: 'active' } }]);
  return run.id;
}

describe('an experiment over HTTP', () => {
  const variants = ['a', 'b'].map((key) => ({ key, weight: 50, next: 'bye' }));
  const split = { type: 'split', experiment: 'subject', variants };

  it('is compared, though nobody has come to it; and is not one that no version or draft has', async () => {
    const steps = { which: split, bye: { type: 'exit' } };
    await call('put', '/v1/journeys/simple')
      .send({ ...simple, start: 'which', steps })
      .expect(200);
    const { body } = await call('get', '/v1/journeys/simple/experiments/subject').expect(200);
    const nobody = { exposed: 0, converted: 0, rate: null, value: {} };
    expect(body).toMatchObject({
      ...{ experiment: 'subject', journey: 'simple', winner: 'report', contaminated: 0 },
      variants: ['a', 'b'].map((variant) => ({ variant, ...nobody })),
      verdict: { kind: 'too-few' },
    });
    const missing = await call('get', '/v1/journeys/simple/experiments/other').expect(404);
    expect((missing.body as { detail: string }).detail).toContain('experiment "other" in the journey "simple"');
  });
});

describe('the variant of a person over HTTP', () => {
  it('is told with the person', async () => {
    const subject = {
      variant: 'a',
      at: 0,
      drawnBy: 'a:50 b:50',
      isContaminated: true,
      conversion: { at: 1_000 },
    } as const;
    const profile = aProfile('prf_1', { experiments: { subject } });
    await inTransaction(api.store.connection, (session) => api.store.profiles.write(home.ws, [{ profile }], session));
    const { body } = await call('get', '/v1/profiles/prf_1').expect(200);
    const told = { key: 'subject', variant: 'a', since: '1970-01-01T00:00:00.000Z', isContaminated: true };
    expect((body as { experiments: unknown }).experiments).toEqual([
      { ...told, convertedAt: '1970-01-01T00:00:01.000Z' },
    ]);
  });
});

describe('a journey over HTTP', () => {
  it('is drafted, published, and drafted again beside its published version', async () => {
    await putCrm();
    const draft = await call('put', '/v1/journeys/abandoned-cart').send(abandonedCart).expect(200);
    expect(draft.body).toMatchObject({ status: 'draft', draft: abandonedCart, findings: [] });
    const before = await api.store.workspaces.rulesetVersion(home.ws);
    const published = await call('post', '/v1/journeys/abandoned-cart/publish')
      .send({ inFlight: 'finish' })
      .expect(200);
    expect(published.body).toMatchObject({ status: 'published', publishedVersion: 1 });
    expect(published.body).not.toHaveProperty('draft');
    expect(await api.store.workspaces.rulesetVersion(home.ws)).toBe(before + 1);

    await call('put', '/v1/journeys/abandoned-cart')
      .send({ ...abandonedCart, name: 'Second' })
      .expect(200);
    await call('post', '/v1/journeys/abandoned-cart/publish').expect(200);
    const { body } = await call('get', '/v1/journeys/abandoned-cart/versions').expect(200);
    expect(pick(body.data, 'version')).toEqual([2, 1]);
    expect(body.data[1].definition).toEqual(abandonedCart);
    expect((await api.store.journeys.compiledVersions(home.ws)).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('is saved with findings, but not published with errors', async () => {
    const { body } = await call('put', '/v1/journeys/abandoned-cart').send(abandonedCart).expect(200);
    expect(body.findings).toMatchObject([
      { code: 'unknown_destination', severity: 'error', path: '/steps/remind/destination' },
    ]);
    const refused = await call('post', '/v1/journeys/abandoned-cart/publish').expect(400);
    expect(refused.body.errors).toMatchObject([{ pointer: '/steps/remind/destination' }]);
    const { body: still } = await call('get', '/v1/journeys/abandoned-cart').expect(200);
    expect(still).toMatchObject({ status: 'draft' });
  });

  it('hears of a mapping or an action that its destination does not take', async () => {
    await putCrm();
    const mail = { type: 'send', destination: 'crm', action: 'telegram', mapping: { a: { from: 'not a path[' } } };
    const { body } = await call('put', '/v1/journeys/j')
      .send({ ...simple, purpose: 'p', start: 'mail', steps: { mail } })
      .expect(200);
    expect(pick(body.findings, 'code')).toEqual(['bad_mapping', 'unknown_action']);
  });

  it('names an unknown field', async () => {
    const { body } = await call('put', '/v1/journeys/j')
      .send({ ...simple, heldout: { percent: 10 } })
      .expect(400);
    expect(JSON.stringify(body.errors)).toContain('heldout');
  });

  it('is paused, resumed and archived, each a change of the rules', async () => {
    await call('put', '/v1/journeys/simple').send(simple).expect(200);
    await call('post', '/v1/journeys/simple/pause').expect(409);
    await call('post', '/v1/journeys/simple/publish').expect(200);
    for (const [verb, status] of [
      ['pause', 'paused'],
      ['resume', 'published'],
      ['archive', 'archived'],
    ] as const) {
      const before = await api.store.workspaces.rulesetVersion(home.ws);
      expect((await call('post', `/v1/journeys/simple/${verb}`).expect(200)).body).toMatchObject({ status });
      expect(await api.store.workspaces.rulesetVersion(home.ws)).toBe(before + 1);
    }
  });

  it('stays paused when a new version is published', async () => {
    await call('put', '/v1/journeys/simple').send(simple).expect(200);
    await call('post', '/v1/journeys/simple/publish').expect(200);
    await call('post', '/v1/journeys/simple/pause').expect(200);
    await call('put', '/v1/journeys/simple').send(simple).expect(200);
    const { body } = await call('post', '/v1/journeys/simple/publish').expect(200);
    expect(body).toMatchObject({ status: 'paused', publishedVersion: 2 });
    expect((await call('post', '/v1/journeys/simple/resume').expect(200)).body.status).toBe('published');
  });

  it('refuses a save against an older version, and discards a draft', async () => {
    const { headers } = await call('put', '/v1/journeys/simple').send(simple).expect(200);
    await call('put', '/v1/journeys/simple')
      .send({ ...simple, name: 'Other' })
      .expect(200);
    await call('put', '/v1/journeys/simple').set('If-Match', headers['etag']!).send(simple).expect(412);
    await call('delete', '/v1/journeys/simple').expect(204);
    await call('get', '/v1/journeys/simple').expect(404);
  });
});

describe('an enrollment over HTTP', () => {
  beforeEach(async () => {
    await call('put', '/v1/journeys/simple').send(simple).expect(200);
    await call('post', '/v1/journeys/simple/publish').expect(200);
  });

  it('says where it is, with a link to the Temporal UI', async () => {
    const id = await enrol();
    const { body } = await call('get', `/v1/enrollments/${id}`).expect(200);
    expect(body).toMatchObject({
      id,
      journey: 'simple',
      version: 1,
      status: 'active',
      step: 'rest',
      waitingFor: [],
      path: [{ step: 'rest', visit: 1 }],
      temporalUrl: `http://ui/namespaces/default/workflows/enrollment%2F${home.ws}%2Fsimple%2F${id}`,
    });
    const list = await call('get', '/v1/journeys/simple/enrollments').expect(200);
    expect(pick(list.body.data, 'id')).toEqual([id]);
  });

  const wakesOwed = () => api.store.connection.db.collection('outbox').countDocuments({ 'work.kind': 'wake' });

  it('is ended by hand also while nobody can be rung: the outbox has it', async () => {
    const id = await enrol();
    const before = await wakesOwed();
    const spy = jest.spyOn(api.deps, 'wakeRun').mockRejectedValue(new Error('nobody is there'));
    await call('post', `/v1/enrollments/${id}/exit`).expect(200);
    spy.mockRestore();
    expect(await wakesOwed()).toBe(before + 1);
  });

  it('is ended by hand once, and its workflow is rung', async () => {
    const id = await enrol();
    const before = await wakesOwed();
    const { body } = await call('post', `/v1/enrollments/${id}/exit`).send({ reason: 'asked' }).expect(200);
    expect(body).toMatchObject({ status: 'exited', reason: 'asked' });
    expect(api.wokenRuns).toEqual([body.workflowId]);
    expect(await wakesOwed()).toBe(before);
    await call('post', `/v1/enrollments/${id}/exit`).expect(409);
    const funnel = await call('get', '/v1/journeys/simple/funnel').expect(200);
    expect(funnel.body).toEqual({
      entered: 1,
      active: 0,
      completed: 0,
      exited: { asked: 1 },
      failed: 0,
      steps: [
        {
          step: 'rest',
          type: 'wait',
          entered: 1,
          waiting: 0,
          left: {},
          exited: { asked: 1 },
          failed: {},
          stuck: 0,
          medianDwellMs: expect.any(Number) as number,
        },
        { step: 'bye', type: 'exit', entered: 0, waiting: 0, left: {}, exited: {}, failed: {}, stuck: 0 },
      ],
      goals: [],
    });
  });

  const theRun = async (id: string) => (await api.store.enrollments.byId(home.ws, enrollmentId(id)))!;
  const beginSending = async (id: string) =>
    expect(await api.store.enrollments.claim(home.ws, await theRun(id), { key: 'k', at: Date.now() })).toBe(true);

  it('is ended by hand also when its workflow moves it at that moment', async () => {
    const id = await enrol();
    const { enrollments, connection } = api.store;
    const write = enrollments.write.bind(enrollments);
    jest.spyOn(enrollments, 'write').mockImplementationOnce(async (...args) => {
      await connection.db.collection('enrollments').updateOne({ id }, { $inc: { rev: 1 } });
      return write(...args);
    });
    const { rev } = await theRun(id);
    await call('post', `/v1/enrollments/${id}/exit`).expect(200);
    expect(await theRun(id)).toMatchObject({ status: 'exited', rev: rev + 2 });
  });

  it('is ended by hand with an answer after a send that had begun', async () => {
    const id = await enrol();
    await beginSending(id);
    let hasAnswered = false;
    const exiting = call('post', `/v1/enrollments/${id}/exit`).then(({ body }) => {
      hasAnswered = true;
      return body as unknown;
    });
    while ((await theRun(id)).status !== 'exited') await new Promise((done) => setTimeout(done, 20));
    expect(hasAnswered).toBe(false);
    await api.store.enrollments.release(home.ws, enrollmentId(id), { key: 'k' });
    expect(await exiting).not.toHaveProperty('sending');
  });

  it('is not ended for a reason that would count as a delivery', async () => {
    const id = await enrol();
    for (const reason of ['delivered', 'send-rejected']) {
      const { body } = await call('post', `/v1/enrollments/${id}/exit`).send({ reason }).expect(400);
      expect(body.errors).toMatchObject([{ pointer: '/reason' }]);
    }
  });

  it('sends nothing after its journey answered that it is paused, except what the answer tells', async () => {
    const id = await enrol();
    await beginSending(id);
    let hasAnswered = false;
    const pausing = call('post', '/v1/journeys/simple/pause').then(({ body }) => {
      hasAnswered = true;
      return body as unknown;
    });
    const status = async () => (await api.store.journeys.byKey(home.ws, 'simple'))?.status;
    while ((await status()) !== 'paused') await new Promise((done) => setTimeout(done, 20));
    expect(hasAnswered).toBe(false);
    await api.store.enrollments.release(home.ws, enrollmentId(id), { key: 'k' });
    expect(await pausing).not.toHaveProperty('sending');

    await beginSending(id);
    await call('post', '/v1/journeys/simple/resume').expect(200);
    expect((await call('post', '/v1/journeys/simple/pause').expect(200)).body).toMatchObject({
      status: 'paused',
      sending: 1,
    });
  });

  it('is ended by hand with an answer that says so when a send takes its time', async () => {
    const id = await enrol();
    await beginSending(id);
    expect((await call('post', `/v1/enrollments/${id}/exit`).expect(200)).body.sending).toBe(true);
  });
});
