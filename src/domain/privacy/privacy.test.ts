import { anEvent, anIdentify, aProfile, day, identifiers, noon } from '../../testing/builders';
import type { Identifier } from '../events/event';
import { admitAfterErasure } from './admit-after-erasure';
import { eraseProfile } from './erase-profile';
import { canonicalJson } from './receipt';
import { scrubObject, isTextOf } from './scrub';

const granted = { consent: { records: { marketing: { status: 'granted' }, ads: { status: 'denied' } } } };
const grantedAt = (at: number) => ({
  consent: { records: { marketing: { status: 'granted', at: new Date(at).toISOString() } } },
});
const denied = { consent: { records: { marketing: { status: 'denied' } } } };
/** Everything of these types was erased at noon. */
const erased =
  (...types: string[]) =>
  ({ type }: Identifier) =>
    types.includes(type) ? noon : undefined;

describe('an event that names somebody erased', () => {
  const both = { user_id: 'u1', anonymous_id: 'a1' };
  const later = { receivedAt: noon + day, occurredAt: noon + day };

  it.each([
    ['is as it is when it names nobody erased', anEvent({ by: both }), erased(), 'as-it-is'],
    ['is refused when it names nobody else', anEvent({ by: both }), erased('user_id', 'anonymous_id'), 'refused'],
    ['is refused with a denial', anIdentify({}, { ...later, context: denied }), erased('user_id'), 'refused'],
    [
      'is refused with a grant of before the erasure, however late it comes',
      anIdentify({}, { receivedAt: noon + day, occurredAt: noon, context: granted }),
      erased('user_id'),
      'refused',
    ],
    [
      'is refused with the preferences of a banner, or of a row, which are repeated and not said anew',
      anIdentify({}, { ...later, context: { consent: { categoryPreferences: { marketing: true } } } }),
      erased('user_id'),
      'refused',
    ],
    [
      'lifts the erasure with a grant of after it',
      anIdentify({}, { ...later, context: granted }),
      erased('user_id'),
      { lifted: identifiers({ user_id: 'u1' }) },
    ],
    [
      'lifts nothing that names a person when anybody could have sent it',
      anIdentify({}, { ...later, context: granted, isTrusted: false }),
      erased('user_id'),
      'refused',
    ],
    [
      'is refused with a grant of a file that does not say when, which may be older than the erasure',
      anIdentify({}, { ...later, context: granted, source: 'import:op_1' }),
      erased('user_id'),
      'refused',
    ],
    [
      'is refused with a grant of a file that is dated later than it came',
      anIdentify({}, { ...later, context: grantedAt(noon + 2 * day), source: 'import:op_1' }),
      erased('user_id'),
      'refused',
    ],
    [
      'lifts the erasure with a grant of a file that is dated after it',
      anIdentify({}, { ...later, context: grantedAt(noon + 1), source: 'import:op_1' }),
      erased('user_id'),
      { lifted: identifiers({ user_id: 'u1' }) },
    ],
    [
      'lifts the erasure with a grant of a row that is dated after it',
      anIdentify({}, { ...later, sentOccurredAt: noon + day, context: granted, source: 'import:op_1' }),
      erased('user_id'),
      { lifted: identifiers({ user_id: 'u1' }) },
    ],
  ])('%s', (_, event, erasedAt, admission) => {
    expect(admitAfterErasure(event, erasedAt)).toEqual(admission);
  });

  it('keeps what is said of somebody else, without any text of the erased', () => {
    const event = anIdentify(
      { email: 'Ann@Mail.test', city: 'Bonn' },
      {
        by: { user_id: 'bob', email: 'ann@mail.test' },
        properties: { url: 'https://shop.test/?mail=ann@mail.test', 'ann@mail.test': 1, list: ['ANN@mail.test', 'x'] },
        context: { traits: { email: 'ann@mail.test' }, deep: [{ to: 'ann@mail.test', n: 1 }] },
      },
    );
    expect(admitAfterErasure(event, erased('email'))).toEqual({
      lifted: [],
      content: {
        identifiers: identifiers({ user_id: 'bob' }),
        traits: { city: 'Bonn' },
        properties: { list: ['x'] },
        context: { traits: {}, deep: [{ n: 1 }] },
      },
    });
  });
});

const forms = (type: string, n: number): string => {
  if (type === 'phone') return `+4917012345${10 + n}`;
  return type === 'email' ? `ann${n}@mail.test` : `${type}-${n}-of-ann`;
};

describe('a text of an identifier', () => {
  it.each([
    ['an e-mail in other case', { type: 'email', value: 'a@b.test' }, ' A@B.test', true],
    ['a phone as people write it', { type: 'phone', value: '+491701234567' }, '+49 170 / 1234567', true],
    ['a phone with what a country adds', { type: 'phone', value: '+491701234567' }, '+49 (0) 170 1234567', true],
    ['a phone in digits of another script', { type: 'phone', value: '+491701234567' }, '+٤٩١٧٠١٢٣٤٥٦٧', true],
    ['another phone with the same end', { type: 'phone', value: '+491701234567' }, '+49 171 1234567', false],
    ['a long id inside a longer text', { type: 'user_id', value: 'user-4711' }, 'order of USER-4711', true],
    ['a short id inside a word', { type: 'user_id', value: 'u1' }, 'menu1', false],
    ['an id in other case', { type: 'user_id', value: 'u1' }, 'U1', true],
    ['an id of digits as people write it', { type: 'loyalty_id', value: '1234' }, '12-34', true],
    ['an id of digits in a longer one', { type: 'loyalty_id', value: '1234' }, '12-345', false],
    [
      'a UUID without its hyphens',
      { type: 'device_id', value: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' },
      '6BA7B8109DAD11D180B400C04FD430C8',
      true,
    ],
    ['another id', { type: 'user_id', value: 'user-4711' }, 'user-4712', false],
  ])('is found in %s', (_, identifier, text, isFound) => {
    expect(isTextOf([identifier])(text)).toBe(isFound);
  });

  it('is found as soon in an event of thousands of numbers that names as many erased phones as an event may', () => {
    const phones = Array.from({ length: 48 }, (_, n) => ({ type: 'phone', value: `+49170123${4000 + n}` }));
    const isErased = isTextOf(phones);
    const numbers = Array.from({ length: 5_000 }, (_, n) => 10_000 + n);
    const alike = Array.from({ length: 2_000 }, (_, n) => `+49 ${n} 123 4007`);
    const begun = performance.now();
    const kept = scrubObject({ numbers, alike, call: '+49 170 123-4047' }, isErased);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(kept).toMatchObject({ numbers });
    expect(kept).not.toHaveProperty('call');
  });

  it('is looked for in a batch of thousands of texts without keeping the worker from all else', () => {
    const named = ['user_id', 'email', 'phone', 'app_user_id', 'device_id'].flatMap((type) =>
      Array.from({ length: 9 }, (_, n) => ({ type, value: forms(type, n) })),
    );
    // Half a batch of the intake (4 MB), of events as large as the door takes them.
    const lists = Array.from({ length: 64 }, (_, event) =>
      Array.from({ length: 3_700 }, (__, n) => `a${event * 3_700 + n}`),
    );
    const begun = process.cpuUsage();
    for (const list of lists) scrubObject({ list }, isTextOf(named));
    const { user, system } = process.cpuUsage(begun);
    // Of processor time, in microseconds; the heartbeat of the intake is 5 s.
    expect(user + system).toBeLessThan(1_000_000);
  });

  it.each([
    ['a long text', `${'x'.repeat(200)} USER-4711`, true],
    ['a short one', 'my-User-4711!', true],
    ['an e-mail with a letter in two ways', ' Ro\u0301sa@Mail.test', true],
    ['a beginning alone', 'user-471', false],
  ])('is found in %s', (_, text, isFound) => {
    const isErased = isTextOf([
      { type: 'user_id', value: 'user-4711' },
      { type: 'app_user_id', value: 'user-0815' },
      { type: 'email', value: 'r\u00f3sa@mail.test' },
    ]);
    expect(isErased(text)).toBe(isFound);
  });

  it('leaves keys of users that look like prototypes as data', () => {
    const hostile = JSON.parse('{"__proto__":{"a":"x"},"$set":"y"}') as never;
    expect(JSON.stringify(scrubObject(hostile, () => false))).toBe('{"__proto__":{"a":"x"},"$set":"y"}');
  });
});

describe('the tombstone of a profile', () => {
  it('holds nothing of the person, and leaves every audience by the erasure', () => {
    const profile = aProfile('prf_1', {
      ...{ seq: 7, rev: 3, hasEnrollments: true, nextCheckAt: noon, restrictedAt: noon },
      lineage: [aProfile('prf_0').id],
      identifiers: [{ type: 'user_id', value: 'ann', firstSeenAt: noon }],
      traits: { email: { value: 'ann@mail.test', at: noon, since: noon, source: 's' } },
      consent: { ads: { status: 'granted', at: noon, source: 's', messageId: 'm1' } },
      memberships: { vip: { enteredAt: noon, version: 3 } },
      edgeCounts: { vip: 3, old: 2 },
    });
    const pairs = [{ audience: 'vip', destination: 'crm' }];
    const {
      profile: tombstone,
      edges,
      syncs,
    } = eraseProfile({ profile, enrollments: [], pairs, rulesetVersion: 4, now: noon + 1 });
    expect(JSON.stringify(tombstone)).not.toContain('ann');
    expect(tombstone).toMatchObject({ erasedAt: noon + 1, rev: 4, memberships: {}, consent: {} });
    expect(tombstone).not.toHaveProperty('nextCheckAt');
    expect(tombstone).not.toHaveProperty('restrictedAt');
    expect(edges).toMatchObject([{ audience: 'vip', edge: 'exited', cause: 'erasure', version: 4, seq: 8 }]);
    expect(syncs.map((wish) => [wish.profile, wish.isIn, wish.hasRefused, wish.isErased])).toEqual([
      ['prf_1', false, true, true],
      ['prf_0', false, true, true],
    ]);
  });
});

describe('the text of a receipt that is signed', () => {
  it('is the same in whatever order its fields are', () => {
    const one = { b: [1, { d: null, c: 'x' }], a: true };
    const other = { a: true, b: [1, { c: 'x', d: null }] };
    expect(canonicalJson(one)).toBe(canonicalJson(other));
    expect(canonicalJson(one)).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  });
});
