import { createHash } from 'node:crypto';
import request from 'supertest';
import { profileId } from '../../domain/ids';
import { newProfile } from '../../domain/profiles/profile';
import { inTransaction } from '../../store/open-store';
import { testLimits, useTestApi, useWorkspace } from '../../testing/test-api';

const limits = { ...testLimits, preview: { asksAll: 400, sample: 200 } };
const people = 800;

describe('a preview among many profiles', () => {
  const api = useTestApi({ limits });
  const workspace = useWorkspace(api);
  const preview = async (body: object) =>
    (
      await request(api.app)
        .post('/v1/audiences/draft/preview')
        .auth(workspace.apiKey, { type: 'bearer' })
        .send(body)
        .expect(200)
    ).body as Record<string, unknown> & { count: number; low: number; high: number };
  const gold = { rule: { trait: 'tier', is: 'equals', value: 'gold' } };

  beforeAll(async () => {
    const { store } = api;
    for (let made = 0; made < people; made += 200) {
      const writes = Array.from({ length: 200 }, (_, index) => ({ profile: someone(made + index) }));
      await inTransaction(store.connection, async (session) => {
        await store.profiles.write(workspace.ws, writes, session);
      });
    }
    const settings = { url: 'https://example.com/hook' };
    await request(api.app)
      .put('/v1/destinations/crm')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ type: 'webhook', name: 'CRM', settings, secrets: { signingSecret: `whsec_${'A'.repeat(44)}` } })
      .expect(200);
  }, 120_000);

  /** Every fourth is gold; of these every other has an address, and the rest an identifier of the shop's own. Every second is in another audience. */
  function someone(number: number) {
    const id = profileId(`prf_${createHash('md5').update(String(number)).digest('hex')}`);
    const tier = { value: number % 4 === 0 ? 'gold' : 'silver', at: 1, since: 1, source: 'test' };
    const type = number % 8 === 0 ? 'email' : 'loyalty_id';
    return {
      ...newProfile({ id, createdAt: 1, evaluatedAt: 1, rulesetVersion: 1 }),
      traits: { tier },
      identifiers: number % 4 === 0 ? [{ type, value: `p${number}@x.example`, firstSeenAt: 1 }] : [],
      memberships: number % 2 === 0 ? { even: { enteredAt: 1, version: 1 } } : {},
    };
  }

  it('asks some of them at random, says how many, and bounds the true number', async () => {
    const answer = await preview(gold);
    expect(answer).toMatchObject({ sampled: { of: people } });
    expect((answer['sampled'] as { profiles: number }).profiles).toBeGreaterThan(100);
    expect(answer.low).toBeLessThan(answer.high);
    // Six times as far from the truth as the bounds allow would be one in millions.
    const margin = answer.high - answer.low;
    expect(Math.abs(answer.count - people / 4)).toBeLessThan(3 * margin);
  });

  it('asks everybody where it is told to, and says whom a destination could identify and who else has them', async () => {
    expect(await preview({ ...gold, exact: true, sample: 2 })).toMatchObject({
      ...{ count: people / 4, low: people / 4, high: people / 4 },
      identifiers: { email: people / 8, loyalty_id: people / 8 },
      destinations: { crm: people / 4 },
      overlap: { even: people / 4 },
    });
  });

  it('is refused, as its save would be, where a rule refers to an audience that there is not', async () => {
    for (const rule of [{ audience: 'vipp' }, { not: { audience: 'draft' } }]) {
      const { body } = await request(api.app)
        .post('/v1/audiences/draft/preview')
        .auth(workspace.apiKey, { type: 'bearer' })
        .send({ rule })
        .expect(400);
      expect(body.errors).toMatchObject([{ pointer: '/rule' }]);
    }
  });
});
