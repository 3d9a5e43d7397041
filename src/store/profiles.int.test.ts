import { profileId } from '../domain/ids';
import { slotCount } from '../domain/profiles/slot';
import { aProfile } from '../testing/builders';
import { useTestApi, useWorkspace } from '../testing/test-api';
import { inTransaction } from './open-store';

const api = useTestApi();
const workspace = useWorkspace(api);

describe('due', () => {
  const now = 1_000_000;
  const half = slotCount / 2;
  const first = { from: 0, to: half };
  const second = { from: half, to: slotCount };

  it('gives each clock the most overdue of its own slots, however many of the others are more overdue', async () => {
    const dueAt = { p1: 1, p2: 2, p3: 3, p4: 4, p5: now, p6: now + 1 };
    const slots = { p1: 0, p2: 1, p3: half - 1, p4: half, p5: slotCount - 1, p6: half };
    const writes = (['p1', 'p2', 'p3', 'p4', 'p5', 'p6'] as const).map((name) => ({
      profile: aProfile(profileId(`prf_${name}`), { nextCheckAt: dueAt[name], slot: slots[name] }),
    }));
    await inTransaction(api.store.connection, (session) => api.store.profiles.write(workspace.ws, writes, session));
    const dueIn = async (range: typeof first, limit: number) =>
      (await api.store.profiles.due(now, limit, range)).map(({ id }) => id);
    expect(await dueIn(first, 2)).toEqual(['prf_p1', 'prf_p2']);
    expect(await dueIn(second, 2)).toEqual(['prf_p4', 'prf_p5']);
    expect(await dueIn({ from: 0, to: slotCount }, 10)).toEqual(['prf_p1', 'prf_p2', 'prf_p3', 'prf_p4', 'prf_p5']);
  });
});
