import { effectKey, type Enrollment } from '../../domain/journeys/enrollment';
import { enrollmentId, profileId, type ProfileId } from '../../domain/ids';
import type { Ruling } from '../../domain/delivery/decide-send';
import type { SendingPolicy } from '../../domain/delivery/sending-policy.schema';
import type { ProfileWrite } from '../../domain/profiles/change-set';
import { newProfile, type Profile } from '../../domain/profiles/profile';
import { inTransaction } from '../../store/open-store';
import { useTestApi, useWorkspace } from '../../testing/test-api';
import { passPolicies, type PolicyQuestion } from './ask-policies';
import type { JourneyDeps } from './journeys';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
/** Long to come: the store removes places once their time is over, by its own clock. */
const now = Date.UTC(2126, 2, 2, 12);
/** By then an attempt that began at `now` has ended. */
const settledBy = now + 120_000;

const set = (policy: SendingPolicy) =>
  inTransaction(api.store.connection, (session) =>
    api.store.workspaces.setSending(workspace.ws, { policy, version: 1 }, session),
  );
const cap = (max: number, channel?: string): SendingPolicy => ({
  caps: [{ max, per: '7d', then: 'skip', ...(channel !== undefined && { channel }) }],
});

const person = (id: string, lineage: readonly ProfileId[] = []): Profile => ({
  ...newProfile({ id: profileId(id), createdAt: 1, evaluatedAt: 1, rulesetVersion: 1 }),
  lineage,
});
const write = (writes: readonly ProfileWrite[]) =>
  inTransaction(api.store.connection, (session) => api.store.profiles.write(workspace.ws, writes, session));
const store = (...profiles: readonly Profile[]) => write(profiles.map((profile) => ({ profile })));

/** One attempt, as a worker makes it: only the policies are asked. */
function ask(
  profile: Profile,
  run: string,
  { at = now, channel = 'email', mayHaveArrived = false } = {},
): Promise<Ruling> {
  const visit = { id: enrollmentId(run), step: 'mail', visit: 1 };
  const send: PolicyQuestion['send'] = {
    ref: { ws: workspace.ws, id: visit.id, now: at },
    key: effectKey(visit),
    run: { ...visit, arrivedAt: at } as Enrollment,
    profile,
    permission: { isTransactional: false, isOfChannel: false },
    journey: { definition: {} },
  };
  const deps = { store: api.store } as unknown as JourneyDeps;
  return passPolicies(deps, { send, channel, known: undefined, mayHaveArrived });
}
const went = (rulings: readonly Ruling[]): number => rulings.filter((ruling) => ruling.do === 'send').length;

describe('a cap, when many sends race for a place', () => {
  it('lets exactly as many leave as there are places, of each person, whoever asks', async () => {
    await set(cap(3));
    const people = ['prf_a', 'prf_b', 'prf_c'].map((id) => person(id));
    await store(...people);
    const rulings = await Promise.all(
      people.flatMap((profile) => Array.from({ length: 12 }, (_, run) => ask(profile, `enr_${profile.id}_${run}`))),
    );
    expect(went(rulings)).toBe(9);
    for (const [index] of people.entries()) expect(went(rulings.slice(index * 12, (index + 1) * 12))).toBe(3);
  });

  it('gives the same send its place once, however often it is tried', async () => {
    await set(cap(1));
    const ada = person('prf_a');
    await store(ada);
    for (let tries = 0; tries < 3; tries += 1) expect(await ask(ada, 'enr_1')).toEqual({ do: 'send' });
    expect((await ask(ada, 'enr_2', { at: settledBy })).do).toBe('withhold');
  });

  it('has another wait until it is known what becomes of the one that has the last place', async () => {
    await set(cap(1));
    const ada = person('prf_a');
    await store(ada);
    await ask(ada, 'enr_1');
    expect((await ask(ada, 'enr_2')).do).toBe('hold');
  });

  it('holds an attempt whose forerunner died before it had a place, and lets one go whose forerunner had one', async () => {
    await set(cap(1));
    const ada = person('prf_a');
    await store(ada);
    await ask(ada, 'enr_1');
    expect((await ask(ada, 'enr_2', { at: settledBy, mayHaveArrived: true })).do).toBe('withhold');
    expect(await ask(ada, 'enr_1', { mayHaveArrived: true })).toEqual({ do: 'send' });
  });

  it('does not have an attempt leave in quiet hours because an earlier one may have arrived', async () => {
    await set({ ...cap(1), quietHours: { from: '09:00', to: '18:00', then: 'skip' } });
    const ada = person('prf_a');
    await store(ada);
    expect(await ask(ada, 'enr_1', { mayHaveArrived: true })).toMatchObject({ reason: 'quiet-hours' });
  });

  it('counts channels apart where it names one', async () => {
    await set(cap(1, 'email'));
    const ada = person('prf_a');
    await store(ada);
    expect(await ask(ada, 'enr_1', { channel: 'sms' })).toEqual({ do: 'send' });
    expect(await ask(ada, 'enr_2')).toEqual({ do: 'send' });
    expect(await ask(ada, 'enr_3', { at: settledBy })).toEqual({ do: 'withhold', reason: 'cap', isOfChannel: true });
  });

  it('has room again when what had the place surely did not leave', async () => {
    await set(cap(1));
    const ada = person('prf_a');
    await store(ada);
    await ask(ada, 'enr_1');
    // Of another attempt of it, which never had the place, nothing is given back.
    await api.store.sendPlaces.release(workspace.ws, [ada.id], 'enr_1:mail:1@7');
    expect(await ask(ada, 'enr_2')).toMatchObject({ do: 'hold', reason: 'cap' });
    await api.store.sendPlaces.release(workspace.ws, [ada.id], 'enr_1:mail:1@0');
    expect(await ask(ada, 'enr_2')).toEqual({ do: 'send' });
  });

  it('has room again when the window has passed', async () => {
    await set(cap(1));
    const ada = person('prf_a');
    await store(ada);
    await ask(ada, 'enr_1');
    expect((await ask(ada, 'enr_2', { at: now + 7 * 86_400_000 })).do).toBe('withhold');
    expect(await ask(ada, 'enr_2', { at: now + 7 * 86_400_000 + 1 })).toEqual({ do: 'send' });
  });
});

describe('a cap of somebody who was two people', () => {
  it('counts the places of both', async () => {
    await set(cap(2));
    const [ada, device] = [person('prf_a'), person('prf_d')];
    await store(ada, device);
    await ask(ada, 'enr_1');
    await ask(device, 'enr_2');
    const both = { ...person('prf_a', [device.id]), rev: 1 };
    await write([{ profile: both, readRev: 0 }]);
    expect((await ask(both, 'enr_3', { at: settledBy })).do).toBe('withhold');
  });

  it('does not let a send leave that took its place while they became one', async () => {
    await set(cap(1));
    const [ada, device] = [person('prf_a'), person('prf_d')];
    await store(ada, { ...device, mergedInto: ada.id, rev: 1 });
    expect((await ask(device, 'enr_1')).do).toBe('hold');
    const both = { ...person('prf_a', [device.id]), rev: 1 };
    await write([{ profile: both, readRev: 0 }]);
    expect((await ask(ada, 'enr_1')).do).toBe('hold');
    expect(await ask(both, 'enr_1')).toEqual({ do: 'send' });
  });
});

describe('what was taken', () => {
  it('goes with the person', async () => {
    await set(cap(1));
    const ada = person('prf_a');
    await store(ada);
    await ask(ada, 'enr_1');
    const subjects = [`${workspace.ws}:${ada.id}`];
    expect(await api.store.sendPlaces.countOf(subjects)).toBe(1);
    await api.store.sendPlaces.removeOf(subjects);
    expect(await api.store.sendPlaces.countOf(subjects)).toBe(0);
  });
});
