import fc from 'fast-check';
import { decideSend, placesTaken, type Ruling, type SendPlace, type Sending } from './decide-send';
import type { Cap, SendingPolicy } from './sending-policy.schema';

const hour = 3_600_000;
const day = 24 * hour;
/** A Monday, noon in UTC. */
const noon = Date.UTC(2026, 2, 2, 12);

const ask = (policy: SendingPolicy, sending: Partial<Sending> = {}, ages: readonly number[] = []): Ruling =>
  decideSend(
    policy,
    { channel: 'email', isTransactional: false, zone: 'UTC', now: noon, ...sending },
    ages.map((age, index) => ({ key: `k${index}`, at: (sending.now ?? noon) - age, channel: 'email' })),
  );

const nights = { from: '21:00', to: '08:00', then: 'delay' } as const;
const cap = (of: Partial<Cap> = {}): SendingPolicy => ({ caps: [{ max: 2, per: '7d', then: 'delay', ...of }] });
const go = { do: 'send' };
const held = (reason: string, until: number) => ({ do: 'hold', reason, until });
const withheld = (reason: string, isOfChannel: boolean) => ({ do: 'withhold', reason, isOfChannel });

describe('what the policies of a workspace say of a send', () => {
  it('is nothing while there are none', () => expect(ask({})).toEqual(go));

  it.each<[string, SendingPolicy, Partial<Sending>, object]>([
    ['by day it leaves', { quietHours: nights }, {}, go],
    [
      'at night it waits for the morning',
      { quietHours: nights },
      { now: noon + 10 * hour },
      held('quiet-hours', noon + 20 * hour),
    ],
    [
      'after midnight it is the same night',
      { quietHours: nights },
      { now: noon - 5 * hour },
      held('quiet-hours', noon - 4 * hour),
    ],
    ['at the end of it, it leaves', { quietHours: nights }, { now: noon + 20 * hour }, go],
    [
      'it is the night where the person lives',
      { quietHours: nights },
      { zone: 'Asia/Tokyo' },
      held('quiet-hours', noon + 11 * hour),
    ],
    [
      'unless the policy names a zone',
      { quietHours: { ...nights, zone: 'Europe/London' } },
      { zone: 'Asia/Tokyo' },
      go,
    ],
    ['on other days there are none', { quietHours: { ...nights, days: ['sun'] } }, { now: noon + 10 * hour }, go],
    [
      'a night that began on such a day lasts',
      { quietHours: { ...nights, days: ['sun'] } },
      { now: noon - 5 * hour },
      held('quiet-hours', noon - 4 * hour),
    ],
    [
      'it is withheld where it is not to wait',
      { quietHours: { ...nights, then: 'skip' } },
      { now: noon + 10 * hour },
      withheld('quiet-hours', false),
    ],
    [
      'what is transactional leaves at night',
      { quietHours: nights },
      { now: noon + 10 * hour, isTransactional: true },
      go,
    ],
  ])('quiet hours: %s', (_, policy, sending, ruling) => expect(ask(policy, sending)).toEqual(ruling));

  it.each<[string, SendingPolicy, Partial<Sending>, readonly number[], object]>([
    ['below it a send leaves', cap(), {}, [day], go],
    ['at it a send waits until a place is free', cap(), {}, [day, 3 * day], held('cap', noon + 4 * day + 1)],
    ['above it, until enough are', cap(), {}, [day, 2 * day, 3 * day], held('cap', noon + 5 * day + 1)],
    ['one as old as the window counts', cap({ max: 1 }), {}, [7 * day], held('cap', noon + 1)],
    ['an older one does not', cap({ max: 1 }), {}, [7 * day + 1], go],
    ['a cap of another channel does not count it', cap({ channel: 'sms', max: 1 }), {}, [day], go],
    ['a cap of the channel does', cap({ channel: 'email', max: 1, then: 'skip' }), {}, [day], withheld('cap', true)],
    [
      'a cap of all counts every channel',
      cap({ max: 1, then: 'skip' }),
      { channel: 'sms' },
      [day],
      withheld('cap', false),
    ],
    [
      'a send that says no channel is of no channel',
      cap({ channel: 'email', max: 1 }),
      { channel: undefined },
      [day],
      go,
    ],
    ['what is transactional leaves', cap({ max: 1 }), { isTransactional: true }, [day], go],
    [
      'of two that are full, the later one to be free decides',
      { caps: [...cap({ max: 1, per: '2d' }).caps!, ...cap({ max: 2 }).caps!] },
      {},
      [day, day],
      held('cap', noon + 6 * day + 1),
    ],
    [
      'of two that are full, one that skips withholds',
      { caps: [...cap({ max: 1 }).caps!, ...cap({ max: 2, then: 'skip' }).caps!] },
      {},
      [day, day],
      withheld('cap', false),
    ],
    [
      'quiet hours are asked first',
      { quietHours: { ...nights, from: '11:00' }, ...cap({ then: 'skip' }) },
      {},
      [day, day],
      held('quiet-hours', noon + 20 * hour),
    ],
  ])('caps: %s', (_, policy, sending, ages, ruling) => expect(ask(policy, sending, ages)).toEqual(ruling));
});

describe('caps, for any policy and any wishes to send', () => {
  const caps = fc.array(
    fc.record({
      channel: fc.option(fc.constantFrom('email', 'sms'), { nil: undefined }),
      max: fc.integer({ min: 1, max: 3 }),
      per: fc.constantFrom('1h', '3h', '1d'),
      then: fc.constantFrom('delay' as const, 'skip' as const),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const wishes = fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 5 * hour }), channel: fc.constantFrom('email', 'sms', undefined) }),
    { maxLength: 25 },
  );
  const msOf: Readonly<Record<string, number>> = { '1h': hour, '3h': 3 * hour, '1d': day };
  const asked = (policy: SendingPolicy, channel: string | undefined, now: number, places: readonly SendPlace[]) =>
    decideSend(policy, { channel, isTransactional: false, zone: 'UTC', now }, places);

  it('no window ever has more than its cap allows, and what waits leaves at the instant it is told and not before', () => {
    fc.assert(
      fc.property(caps, wishes, (list, all) => {
        const policy = { caps: list } as SendingPolicy;
        const sent: SendPlace[] = [];
        let now = noon;
        for (const [index, { after, channel }] of all.entries()) {
          now += after;
          const ruling = asked(policy, channel, now, sent);
          if (ruling.do === 'hold') {
            expect(asked(policy, channel, ruling.until, sent).do).toBe('send');
            expect(asked(policy, channel, ruling.until - 1, sent).do).not.toBe('send');
          }
          if (ruling.do === 'send') sent.push({ key: `k${index}`, at: now, channel });
        }
        // Counted the plain way: after each send, those of the window that ends with it.
        for (const { channel, max, per } of list)
          for (const last of sent) {
            const inWindow = sent.filter(
              (one) =>
                (channel === undefined || one.channel === channel) &&
                one.at <= last.at &&
                one.at >= last.at - (msOf[per] ?? 0),
            );
            expect(inWindow.length).toBeLessThanOrEqual(max);
          }
      }),
    );
  });
});

describe('the places that others have under caps', () => {
  const place = (key: string) => ({ key, at: noon, channel: 'email' });
  const row = (key: string, status: 'delivered' | 'unknown' | 'rejected' | 'withheld' | 'retrying' | 'sent') => ({
    ...{ key, status, channel: 'email' },
    at: noon - hour,
  });
  const keys = (...of: Parameters<typeof placesTaken>) => placesTaken(...of).map(({ key }) => key);

  it.each([
    ['one that was taken and of which nothing is known yet', [place('a')], [], ['a']],
    ['one that is tried again', [place('a')], [row('a', 'retrying')], ['a']],
    ['one that was taken and arrived, once', [place('a')], [row('a', 'delivered')], ['a']],
    ['one that arrived before there was a cap', [], [row('a', 'delivered')], ['a']],
    ['one of which nobody knows whether it arrived', [], [row('a', 'unknown')], ['a']],
    ['one that the vendor has taken', [], [row('a', 'sent')], ['a']],
    ['none that was refused', [place('a')], [row('a', 'rejected')], []],
    ['none that was withheld', [place('a')], [row('a', 'withheld')], []],
    ['none that waits and has taken none', [], [row('a', 'retrying')], []],
    ['not its own', [place('me'), place('a')], [], ['a']],
  ])('%s', (_, taken, ledger, found) => expect(keys('me', taken, ledger)).toEqual(found));

  it.each<[string, number, Cap['then'], Ruling]>([
    [
      'keeps no other for good, since it may be refused',
      1_000,
      'skip',
      { do: 'hold', reason: 'cap', until: noon + 15_000 },
    ],
    ['lets a held one look again soon', 1_000, 'delay', { do: 'hold', reason: 'cap', until: noon + 15_000 }],
    ['counts like any other after two minutes', 120_000, 'skip', { do: 'withhold', reason: 'cap', isOfChannel: false }],
  ])('of which one is under way: that %s', (_, age, then, ruling) => {
    const places = placesTaken('me', [{ key: 'a', at: noon - age }], [row('a', 'retrying')]);
    expect(decideSend(cap({ max: 1, then }), { isTransactional: false, zone: 'UTC', now: noon }, places)).toEqual(
      ruling,
    );
  });

  it('is as old as it was taken', () => {
    expect(placesTaken('me', [place('a')], [row('a', 'delivered')])).toEqual([place('a')]);
  });
});
