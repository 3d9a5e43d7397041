import { EventEmitter, once } from 'node:events';
import type { HttpRequest, HttpResponse } from '../../src/destinations/destination';
import { ok, useSyncScenes } from './sync-harness';

const hourMs = 3_600_000;

describe('what an attachment asks for', () => {
  const at = useSyncScenes();

  it('reaches present members when it changes, and only those it makes a difference to', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold', email: 'u1@personal.example' });
    await at().identify('u2', { tier: 'gold' });
    await at().ring();
    expect(at().sent().sort()).toEqual(['add u1', 'add u2']);
    await at().attach({ identifiers: ['user_id', 'email'] });
    await at().ring();
    expect(at().sent()).toEqual(['add u1 u1@personal.example']);
  });

  it('sends no identifier that was taken off it, not even of a wish made before', async () => {
    await at().attach({ identifiers: ['user_id', 'email'] });
    await at().identify('u1', { tier: 'gold', email: 'u1@personal.example' });
    await at().put('/v1/audiences/vip/destinations/crm', { identifiers: ['user_id'] });
    await at().ring();
    expect(at().sent()).toEqual(['add u1']);
  });

  it('takes who has refused a purpose off when the purpose is named later', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' }, { consent: { categoryPreferences: { advertising: false } } });
    await at().ring();
    await at().attach({ identifiers: ['user_id'], purpose: 'advertising' });
    await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
  });

  it('takes everybody away on a detach, and adds them again when it is attached again', async () => {
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().detach();
    await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().ring();
    expect(at().sent()).toEqual(['add u1']);
    expect(await at().ledger()).toEqual(['add delivered', 'remove delivered', 'add delivered']);
  });

  it('removes, once attached again, who left while it was detached', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().detach();
    await at().identify('u1', { tier: 'none' });
    await at().ring();
    expect(at().sent()).toEqual(['add u1']);
    await at().attach({ identifiers: ['user_id'] });
    await at().ring();
    expect(at().sent()).toEqual(['remove u1']);
  });

  it('removes, once attached again, who was absorbed while it was detached', async () => {
    await at().attach({ identifiers: ['user_id', 'anonymous_id'] });
    await at().identify('u1', { tier: 'gold' });
    await at().tell({ anonymousId: 'a1', traits: { tier: 'gold' } });
    await at().ring();
    await at().detach();
    await at().tell({ userId: 'u1', anonymousId: 'a1' });
    await at().ring();
    expect(at().sent().sort()).toEqual(['add a1', 'add u1']);
    await at().attach({ identifiers: ['user_id', 'anonymous_id'] });
    await at().ring();
    expect(at().sent()).toEqual(['remove a1', 'add u1 a1']);
  });

  it('sends nothing after a detach that keeps: what had been begun is withheld', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    at().answer = () => ({ status: 500, headers: {}, body: '' });
    await at().ring();
    await at().identify('u2', { tier: 'gold' });
    await at().detach();
    [at().answer, at().offsetMs] = [() => ok, hourMs];
    expect(at().sent()).toEqual(['add u1']);
    expect(await at().ring()).toEqual({ label: 'In step.' });
    expect(at().sent()).toEqual([]);
    expect(await at().ledger()).toEqual(['add withheld detached']);
    await at().attach({ identifiers: ['user_id'] });
    await at().ring();
    expect(at().sent().sort()).toEqual(['add u1', 'add u2']);
  });

  it('removes after a detach that removes, and adds nobody', async () => {
    await at().attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().identify('u2', { tier: 'gold' });
    await at().detach();
    await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
  });

  it('waits as long as the vendor asks, however often it is rung', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    at().answer = () => ({ status: 429, headers: { 'retry-after': '3600' }, body: '' });
    await at().ring();
    await at().identify('u2', { tier: 'gold' });
    const { resumeInMs = 0 } = await at().ring();
    expect(resumeInMs).toBeGreaterThan(hourMs - 60_000);
    expect(at().sent()).toEqual(['add u1']);
    [at().answer, at().offsetMs] = [() => ok, resumeInMs + 1_000];
    expect(await at().ring()).toEqual({ label: 'In step.' });
    expect(at().sent().sort()).toEqual(['add u1', 'add u2']);
  });

  it('leaves a failed change until its next try is due, and sends the others', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    [at().answer, at().offsetMs] = [() => ({ status: 500, headers: {}, body: '' }), hourMs];
    await at().ring();
    [at().answer, at().offsetMs] = [() => ok, 0];
    await at().identify('u2', { tier: 'gold' });
    expect(await at().ring()).toMatchObject({ label: 'Some members are tried again.' });
    at().offsetMs = 2 * hourMs;
    expect(await at().ring()).toEqual({ label: 'In step.' });
    expect(at().sent()).toEqual(['add u1', 'add u2', 'add u1']);
  });

  it('is looked at again when the answer to a request comes after the sync has gone on elsewhere', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    const held = new Set<string>();
    const take = ({ body }: HttpRequest): HttpResponse => {
      const { data } = JSON.parse(body) as { data: { operation: string; members: { profile: string }[] } };
      for (const { profile } of data.members)
        if (data.operation === 'add') held.add(profile);
        else held.delete(profile);
      return ok;
    };
    const door = new EventEmitter();
    const [begun, late] = [once(door, 'begun'), once(door, 'late')];
    at().answer = async (sent) => {
      door.emit('begun');
      await late;
      return take(sent);
    };
    const cutOff = at().ring();
    await begun;
    at().answer = take;
    await at().identify('u1', { tier: 'none' });
    await at().ring();
    expect(held.size).toBe(0);
    door.emit('late');
    await cutOff;
    expect(held.size).toBe(1);
    await at().ring();
    expect(held.size).toBe(0);
    expect(await at().ring()).toEqual({ label: 'In step.' });
    expect((await at().ledger()).sort()).toEqual(['add withheld superseded', 'remove delivered', 'remove delivered']);
  });

  it('begins no request shortly before the time-out of a call, and says that there is more', async () => {
    await at().attach({ identifiers: ['user_id'] });
    await at().identify('u1', { tier: 'gold' });
    await at().ring();
    await at().identify('u1', { tier: 'none' });
    await at().identify('u2', { tier: 'gold' });
    at().answer = () => {
      at().offsetMs += 5 * 60_000;
      return ok;
    };
    expect(await at().ring()).toEqual({ label: 'More to do.', resumeInMs: 0 });
    expect(at().sent()).toEqual(['add u1', 'remove u1']);
    await at().ring();
    expect(at().sent()).toEqual(['add u2']);
  });
});
