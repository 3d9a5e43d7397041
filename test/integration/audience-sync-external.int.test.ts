import type { HttpRequest, HttpResponse } from '../../src/destinations/destination';
import { SendError } from '../../src/destinations/send-error';
import { createSender } from '../../src/destinations/send-request';
import { graphError } from '../../src/twins/meta-graph';
import { startMetaTwin, type MetaTwin } from '../../src/twins/meta-twin';
import { ads, useSyncScenes } from './sync-harness';

const minuteMs = 60_000;
const { accessToken } = ads.secrets;
const deliver = createSender({ allowedTargets: ['127.0.0.1:*'] });
const create = { identifiers: ['user_id'], external: { create: true } };
const external = (id: string) => ({ identifiers: ['user_id'], external: { id } });
const isCreation = ({ method, url }: HttpRequest): boolean => method === 'POST' && url.endsWith('/customaudiences');

describe('the audience at the vendor', () => {
  const at = useSyncScenes();
  let meta: MetaTwin;
  const creations = () => at().requests.filter(isCreation).length;
  const goOn = (ms: number) => (at().offsetMs += ms);

  beforeAll(async () => {
    meta = await startMetaTwin({ accessToken, audiences: ['77', '78', '79'] });
  });
  beforeEach(async () => {
    at().destination = 'ads';
    at().answer = deliver;
    await at().put('/v1/destinations/ads', { ...ads, settings: { ...ads.settings, apiBase: meta.url } });
  });
  afterAll(() => meta.close());

  it('loses the identifiers of a type that the attachment no longer names', async () => {
    await at().attach({ ...external('79'), identifiers: ['user_id', 'email'] });
    await at().identify('u1', { tier: 'gold', email: 'u1@personal.example' });
    await at().ring();
    expect(meta.membersOf('79')).toHaveLength(2);
    await at().attach(external('79'));
    await at().ring();
    expect(meta.membersOf('79')).toEqual(['EXTERN_ID:u1']);
  });

  describe('that is another one than before', () => {
    it('is sent everybody: it knows nobody', async () => {
      await at().attach(external('77'));
      for (const userId of ['u1', 'u2']) await at().identify(userId, { tier: 'gold' });
      await at().ring();
      await at().identify('u2', { tier: 'tin' });
      await at().ring();
      await at().attach(external('78'));
      expect(await at().ring()).toEqual({ label: 'In step.' });
      expect([meta.membersOf('77'), meta.membersOf('78')]).toEqual([['EXTERN_ID:u1'], ['EXTERN_ID:u1']]);
    });

    it('is sent also what the one before was about to get, which is withheld there', async () => {
      await at().attach(external('77'));
      await at().identify('u3', { tier: 'gold' });
      at().answer = () => ({ status: 500, headers: {}, body: '' });
      await at().ring();
      at().answer = deliver;
      await at().attach(external('78'));
      await at().ring();
      expect(meta.membersOf('78')).toContain('EXTERN_ID:u3');
      expect((await at().ledger()).sort()).toEqual(['add delivered', 'add withheld superseded']);
    });

    it('is brought up to date when it comes back', async () => {
      await at().attach(external('77'));
      await at().identify('u4', { tier: 'gold' });
      await at().ring();
      await at().attach(external('78'));
      await at().identify('u4', { tier: 'tin' });
      await at().ring();
      expect(meta.membersOf('77')).toContain('EXTERN_ID:u4');
      await at().attach(external('77'));
      await at().ring();
      expect(meta.membersOf('77')).not.toContain('EXTERN_ID:u4');
    });
  });

  describe('that is yet to be created', () => {
    const lost = () => {
      throw new SendError('timeout', 'timeout', 'Nobody answered.', true);
    };
    const unsent = () => {
      throw new SendError('network', 'ECONNREFUSED', 'Nobody listens.', false);
    };
    /** Only creations fail, after they took effect where `isDone`. */
    const failing = (fail: () => HttpResponse, isDone: boolean) => async (request: HttpRequest) => {
      if (!isCreation(request)) return deliver(request);
      if (isDone) await deliver(request);
      return fail();
    };
    const http = (status: number, body: unknown) => () => ({ status, headers: {}, body: JSON.stringify(body) });
    let before: number;
    const made = () => meta.audienceIds().length - before;

    beforeEach(async () => {
      before = meta.audienceIds().length;
      await at().attach(create);
      await at().identify('u1', { tier: 'gold' });
    });

    it.each([
      ['the answer was lost', lost],
      ['the vendor failed in the middle', http(500, {})],
      ['the answer cannot be read', http(200, {})],
    ])('is found, not made twice, when %s', async (_, fail) => {
      at().answer = failing(fail, true);
      const { label, resumeInMs = 0 } = await at().ring();
      expect(label).toContain('looked for there');
      await at().ring();
      expect([creations(), made()]).toEqual([1, 1]);
      goOn(resumeInMs);
      expect(await at().ring()).toEqual({ label: 'In step.' });
      expect([creations(), made()]).toEqual([1, 1]);
      expect(meta.membersOf(meta.audienceIds().at(-1) ?? '')).toEqual(['EXTERN_ID:u1']);
    });

    it('is made once more when it is not there after a minute', async () => {
      at().answer = failing(lost, false);
      await at().ring();
      at().answer = deliver;
      goOn(minuteMs);
      expect(await at().ring()).toEqual({ label: 'In step.' });
      expect([creations(), made()]).toEqual([2, 1]);
    });

    it('is not made while nobody can look whether it is there', async () => {
      at().answer = unsent;
      await at().ring();
      await at().ring();
      expect(at().requests).toHaveLength(1);
      [at().answer] = [deliver, goOn(minuteMs)];
      expect(await at().ring()).toEqual({ label: 'In step.' });
      expect(made()).toBe(1);
    });

    it('is asked for again later when the vendor refused for the moment, though not at every ring', async () => {
      at().answer = failing(http(400, graphError(400, 80003, 'Too many calls.').body), false);
      await at().ring();
      await at().ring();
      expect(creations()).toBe(1);
      [at().answer] = [deliver, goOn(minuteMs)];
      await at().ring();
      expect([creations(), made()]).toEqual([2, 1]);
    });

    it('is the one that is named meanwhile', async () => {
      at().answer = failing(lost, false);
      await at().ring();
      at().answer = deliver;
      await at().attach(external('77'));
      await at().ring();
      expect(made()).toBe(0);
      expect(meta.membersOf('77')).toContain('EXTERN_ID:u1');
    });

    it('is the same one after a detach', async () => {
      await at().ring();
      await at().detach();
      await at().attach(create);
      await at().ring();
      expect([creations(), made()]).toEqual([1, 1]);
    });
  });
});
