import { ok, useSyncScenes } from './sync-harness';

const hourMs = 3_600_000;

describe('where people who leave are kept', () => {
  const at = useSyncScenes();
  const kept = { identifiers: ['user_id'], purpose: 'advertising', onExit: 'keep' };
  const join = async (...userIds: string[]) => {
    for (const userId of userIds) await at().identify(userId, { tier: 'gold' });
    await at().ring();
  };
  const leave = async (userId: string) => {
    await at().identify(userId, { tier: 'tin' });
    await at().ring();
  };

  it('takes off who refuses the purpose', async () => {
    await at().attach(kept);
    await join('u1');
    await at().consent('u1', false);
    await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
    await at().consent('u1', true);
    await at().ring();
    expect(at().sent()).toEqual(['add u1']);
  });

  it('takes off who refuses after having left, and adds nobody who grants it', async () => {
    await at().attach(kept);
    await join('u1');
    await leave('u1');
    expect(at().sent()).toEqual(['add u1']);
    await at().consent('u1', false);
    await at().ring();
    expect(at().sent()).toEqual(['remove u1']);
    await at().consent('u1', true);
    await at().ring();
    expect(at().sent()).toEqual([]);
  });

  it('takes off who had left and was absorbed by somebody who refuses', async () => {
    await at().attach({ ...kept, identifiers: ['user_id', 'email'] });
    await at().tell({ userId: 'u1', traits: { tier: 'tin' } });
    await at().tell({ anonymousId: 'a1', traits: { tier: 'gold', email: 'a1@personal.example' } });
    await at().ring();
    await at().tell({ anonymousId: 'a1', traits: { tier: 'tin' } });
    await at().tell({ anonymousId: 'a1', userId: 'u1' });
    await at().ring();
    expect(at().sent()).toEqual(['add a1@personal.example']);
    await at().consent('u1', false);
    await at().ring();
    expect(at().sent()).toEqual(['remove a1@personal.example']);
  });

  it('takes off who had refused, whatever they do, once a purpose is named', async () => {
    await at().attach({ identifiers: ['user_id'], onExit: 'keep' });
    await join('u1');
    await at().consent('u1', false);
    await leave('u1');
    await at().attach(kept);
    await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
  });

  it('takes off all of them on a detach that removes', async () => {
    await at().attach({ ...kept, onDetach: 'remove' });
    await join('u1', 'u2');
    await leave('u1');
    await at().detach();
    await at().ring();
    expect(at().sent().sort()).toEqual(['add u1', 'add u2', 'remove u1', 'remove u2']);
    expect(await at().api.store.syncUnits.counts(at().w.ws, 'vip', 'crm')).toMatchObject({ held: 0 });
  });

  it('takes off those who have left once leaving removes', async () => {
    await at().attach(kept);
    await join('u1', 'u2');
    await leave('u1');
    await at().attach({ ...kept, onExit: 'remove' });
    await at().ring();
    expect(at().sent().sort()).toEqual(['add u1', 'add u2', 'remove u1']);
  });

  it('neither finishes nor forgets in the ledger an addition that was under way', async () => {
    await at().attach(kept);
    at().answer = () => ({ status: 500, headers: {}, body: '' });
    await join('u1');
    [at().answer, at().offsetMs] = [() => ok, hourMs];
    await leave('u1');
    expect(at().sent()).toEqual(['add u1']);
    expect(await at().ledger()).toEqual(['add withheld superseded']);
  });
});

describe('a detach that removes', () => {
  const at = useSyncScenes();

  it('leaves alone whom an attachment made right after it wants', async () => {
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().detach();
    await at().attach({ identifiers: ['user_id'] });
    await at().ring();
    expect(at().sent()).toEqual(['add u1']);
    expect(await at().ring()).toEqual({ label: 'In step.' });
  });

  it('keeps the destination from being deleted until everybody is off', async () => {
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().detach();
    const refused = await at().delete('/v1/destinations/crm').expect(409);
    expect((refused.body as { detail: string }).detail).toMatch(/vip.*onDetach "keep"/);
    at().answer = () => ({ status: 500, headers: {}, body: '' });
    await at().ring();
    await at().delete('/v1/destinations/crm').expect(409);
    [at().answer, at().offsetMs] = [() => ok, hourMs];
    await at().ring();
    await at().delete('/v1/destinations/crm').expect(204);
    expect(at().sent()).toEqual(['add u1', 'remove u1', 'remove u1']);
  });

  it('lets the destination be deleted once it is to keep whom it has', async () => {
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().detach();
    await at().attach({ identifiers: ['user_id'], onDetach: 'keep' });
    await at().detach();
    await at().delete('/v1/destinations/crm').expect(204);
  });

  it('wishes everybody away once, however often the sync is rung', async () => {
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().detach();
    for (let ring = 0; ring < 3; ring += 1) await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
  });
});
