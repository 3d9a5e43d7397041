import type { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import type { WorkspaceId } from '../domain/ids';
import { testWorkspace } from '../testing/builders';
import { usualNaming } from '../domain/events/event-identifiers';
import { SourcePolicies } from './source-policies';
import type { SourceDoc } from './sources';
import { plainSource } from './source-key';
import type { TrackingPlanDoc } from './tracking-plans';

const plan = (key: string, version: number, of: Partial<TrackingPlanDoc> = {}): TrackingPlanDoc => ({
  ...{ _id: `${testWorkspace}:${key}`, ws: testWorkspace, key, name: key, isDefault: false, version },
  ...{ createdAt: 0, updatedAt: 0 },
  planJson: JSON.stringify({ name: key, unplannedEvents: 'reject', events: [] }),
  ...of,
});

function stored(sources: readonly SourceDoc[], plans: readonly TrackingPlanDoc[], identity?: IdentityPolicy) {
  const asked = { times: 0 };
  return {
    asked,
    sources: {
      findEver: async (_: unknown, key: string) => {
        asked.times += 1;
        return sources.find((source) => source.key === key);
      },
    },
    trackingPlans: {
      find: async (_: unknown, key: string) => plans.find((one) => one.key === key),
      findDefault: async () => plans.find(({ isDefault }) => isDefault),
    },
    workspaces: {
      find: async (_id: WorkspaceId) => ({
        ...{ _id, name: 'Test', createdAt: 0, rulesetVersion: 1, partitions: 1 },
        ...(identity && { identity }),
      }),
    },
  };
}

const shop = plainSource(testWorkspace, 'shop', 'Shop', 0);

describe('how a source is taken', () => {
  it.each([
    ['an enabled source', shop, false],
    ['a disabled source', { ...shop, enabled: false }, true],
    ['a disconnected source', { ...shop, enabled: false, deletedAt: 1 }, true],
    ['a source that only a key names', undefined, false],
  ])('of %s', async (_, source, isDisabled) => {
    const policies = new SourcePolicies(stored(source ? [source] : [], []));
    expect(await policies.of(testWorkspace, 'shop')).toEqual({ isDisabled, naming: usualNaming });
  });

  it('is by its own plan, else by the default one', async () => {
    const plans = [plan('web', 3), plan('all', 2, { isDefault: true })];
    const policies = new SourcePolicies(stored([{ ...shop, trackingPlan: 'web' }], plans));
    expect((await policies.of(testWorkspace, 'shop')).plan).toMatchObject({ key: 'web', version: 3 });
    expect((await policies.of(testWorkspace, 'other')).plan).toMatchObject({ key: 'all', version: 2 });
  });

  it('leaves out what the workspace blocks, of every source', async () => {
    const policies = new SourcePolicies(stored([shop], [], { blocked: [{ value: 'test-*' }] }));
    for (const source of ['shop', 'other']) {
      const { isBlocked } = (await policies.of(testWorkspace, source)).naming;
      expect(isBlocked?.({ type: 'user_id', value: 'test-1' })).toBe(true);
      expect(isBlocked?.({ type: 'user_id', value: 'ann' })).toBe(false);
    }
  });

  it('is asked once for many events, and again where it could not be read', async () => {
    const store = stored([shop], []);
    const policies = new SourcePolicies(store);
    await Promise.all([policies.of(testWorkspace, 'shop'), policies.of(testWorkspace, 'shop')]);
    await policies.of(testWorkspace, 'shop');
    expect(store.asked.times).toBe(1);
    const gone = jest.spyOn(store.sources, 'findEver').mockRejectedValueOnce(new Error('gone'));
    await expect(policies.of(testWorkspace, 'app')).rejects.toThrow('gone');
    expect(await policies.of(testWorkspace, 'app')).toEqual({ isDisabled: false, naming: usualNaming });
    expect(gone).toHaveBeenCalledTimes(2);
  });
});
