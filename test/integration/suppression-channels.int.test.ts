import { applyTime } from '../../src/activities/apply/apply';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import { ads, crm, useSyncScenes } from './sync-harness';

describe('a suppression of a channel', () => {
  const at = useSyncScenes();
  /** What the clock does with those who are due. */
  const tick = async () => {
    const { store, deps } = at().api;
    const due = await store.profiles.due(deps.clock(), 100, { from: 0, to: 1_024 });
    const ids = due.filter(({ ws }) => ws === at().w.ws).map(({ id }) => id);
    await applyTime({ store, clock: deps.clock, rulesets: new RulesetCache(store) }, at().w.ws, ids);
  };
  const suppress = async (scope: string) => {
    await at().put('/v1/suppressions/user_id:u1', { scope });
    await tick();
  };
  /** Of the attached destinations those that should hold the person. */
  const held = async () => {
    const destinations = ['ads', 'crm', 'mails'];
    const counts = destinations.map((key) => at().api.store.syncMembers.counts(at().w.ws, 'vip', key));
    return (await Promise.all(counts)).flatMap(({ wanted }, index) => (wanted > 0 ? [destinations[index]] : []));
  };
  beforeEach(async () => {
    await at().put('/v1/destinations/ads', ads);
    await at().put('/v1/destinations/mails', { ...crm, settings: { ...crm.settings, channel: 'email' } });
    for (const key of ['ads', 'crm', 'mails'])
      await at().put(`/v1/audiences/vip/destinations/${key}`, {
        identifiers: ['user_id'],
        ...(key === 'ads' && { external: { id: '4711' } }),
      });
    await at().identify('u1', { tier: 'gold' });
    expect(await held()).toEqual(['ads', 'crm', 'mails']);
  });

  it.each([
    ['channel:ads', ['crm', 'mails']],
    ['channel:email', ['ads', 'crm']],
    ['channel:sms', ['ads', 'crm', 'mails']],
    ['everything', []],
  ])('%s leaves the person at %j, until it goes', async (scope, left) => {
    await suppress(scope);
    expect(await held()).toEqual(left);
    await at().delete('/v1/suppressions/user_id:u1').expect(204);
    await tick();
    expect(await held()).toEqual(['ads', 'crm', 'mails']);
  });

  it('takes people off once a destination says that it is of the channel, and back when it no longer does', async () => {
    await suppress('channel:sms');
    at().destination = 'crm';
    await at().ring();
    const channel = { ...crm, settings: { ...crm.settings, channel: 'sms' } };
    const { body } = await at().put('/v1/destinations/crm', channel);
    expect(body).toMatchObject({ channel: 'sms' });
    await at().api.catchUp(at().w.ws);
    await at().ring();
    await at().put('/v1/destinations/crm', crm);
    await at().api.catchUp(at().w.ws);
    await at().ring();
    expect(at().sent()).toEqual(['add u1', 'remove u1', 'add u1']);
  });
});
