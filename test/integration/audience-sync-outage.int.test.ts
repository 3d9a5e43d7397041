import type { DestinationImpact } from '../../src/client/types';
import { ok, useSyncScenes } from './sync-harness';

const hourMs = 3_600_000;
const broken = () => ({ status: 500, headers: {}, body: '' });

describe('a destination that is down', () => {
  const at = useSyncScenes();
  const gap = async () => (await at().get<DestinationImpact>('/v1/impact/destinations/crm')).conservation.gap;

  it('is brought into step afterwards, however long it was', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().identify('u1', { tier: 'tin' });
    at().answer = broken;
    for (let hour = 0; hour < 60; hour += 1) {
      await at().ring();
      at().offsetMs += hourMs;
    }
    expect(await at().ledger()).toEqual(['remove retrying http-500', 'add delivered']);
    at().answer = () => ok;
    at().sent();
    expect(await at().ring()).toEqual({ label: 'In step.' });
    expect(at().sent()).toEqual(['remove u1']);
    expect(await at().ledger()).toEqual(['remove delivered', 'add delivered']);
    expect(await gap()).toBe(0);
  });

  it('is asked again at least every half an hour', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    at().answer = broken;
    for (let day = 0; day < 30; day += 1) {
      const { resumeInMs = Infinity } = await at().ring();
      expect(resumeInMs).toBeLessThanOrEqual(hourMs / 2);
      at().offsetMs += 24 * hourMs;
    }
  });

  it('is sent again what had been given up on the way to another audience there', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    at().answer = broken;
    await at().ring();
    const [begun] = await at().api.store.deliveries.page(at().w.ws, {}, 1);
    const { idempotencyKey = '' } = begun ?? {};
    await at().api.store.deliveries.change(at().w.ws, [
      { idempotencyKey, status: 'withheld', reason: 'superseded', now: 0 },
    ]);
    [at().answer, at().offsetMs] = [() => ok, hourMs];
    at().sent();
    expect(await at().ring()).toMatchObject({ label: 'Some members are tried again.' });
    expect(await at().ring()).toEqual({ label: 'In step.' });
    expect(at().sent()).toEqual(['add u1']);
    expect(await gap()).toBe(0);
  });

  it('has begun a change once when two workers begin it at the same time', async () => {
    await at().attach({ identifiers: ['user_id'] });
    for (const userId of ['u1', 'u2', 'u3']) await at().identify(userId, { tier: 'gold' });
    await Promise.all([at().ring(), at().ring()]);
    await at().ring();
    expect((await at().ledger()).sort()).toEqual(Array(3).fill('add delivered'));
    expect(await gap()).toBe(0);
  });
});
