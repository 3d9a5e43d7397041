import { aProfile, day, identifiers, noon } from '../../testing/builders';
import { findBarring, suppressionsOf, type Suppression, type SuppressionTarget } from './suppression';

const old = 'email\nold@x.example';
const present = 'email\nnew@x.example';
const ann = aProfile('prf_1', {
  identifiers: identifiers({ user_id: 'u1' })
    .map((one) => ({ ...one, firstSeenAt: noon }))
    .concat([
      { type: 'email', value: 'old@x.example', firstSeenAt: noon },
      { type: 'email', value: 'new@x.example', firstSeenAt: noon + day },
    ]),
});
const entry = (of: Partial<Suppression> = {}): Suppression => ({
  scope: 'everything',
  reason: 'manual',
  at: noon,
  source: 'api',
  ...of,
});
const holding = (name: string, of: Partial<Suppression> = {}) =>
  suppressionsOf(ann, new Map([[name, [entry(of)]]]), noon);

describe('entries that hold of a person', () => {
  it.each([
    ['about any identifier they have', old, {}, 1],
    ['about somebody else', 'email\nbob@x.example', {}, 0],
    ['whose time is over', old, { expiresAt: noon }, 0],
    ['whose time is not over', old, { expiresAt: noon + 1 }, 1],
    ['of a bounce of the address they have', present, { reason: 'bounce' as const }, 1],
    ['of a bounce of an address they have left', old, { reason: 'bounce' as const }, 0],
    ['of a complaint from an address they have left', old, { reason: 'complaint' as const }, 1],
  ])('%s', (_, name, of, count) => {
    expect(holding(name, of)).toHaveLength(count);
  });
});

describe('what an entry bars', () => {
  const mail: SuppressionTarget = { destination: 'crm', purpose: 'news', channel: 'email' };
  it.each<[string, Partial<Suppression>, SuppressionTarget, boolean]>([
    ['everything: any send', {}, mail, true],
    ['a channel: sends on it', { scope: 'channel:email' }, mail, true],
    ['a channel: no other', { scope: 'channel:sms' }, mail, false],
    ['a purpose: sends for it', { scope: 'purpose:news' }, mail, true],
    ['a purpose: no other', { scope: 'purpose:ads' }, mail, false],
    ['a destination: sends there', { scope: 'destination:crm' }, mail, true],
    ['a destination: nowhere else', { scope: 'destination:ads' }, mail, false],
    ['an unsubscribe: not what is transactional', { reason: 'unsubscribe' }, { ...mail, isTransactional: true }, false],
    ['a bounce: also what is transactional', { reason: 'bounce' }, { ...mail, isTransactional: true }, true],
    ['a complaint: also what is transactional', { reason: 'complaint' }, { ...mail, isTransactional: true }, true],
    ['everything: not a list that keeps ads off people', {}, { ...mail, use: 'exclude' }, false],
    ['a destination: also its exclusion list', { scope: 'destination:crm' }, { ...mail, use: 'exclude' }, true],
  ])('%s', (_, of, target, isBarred) => {
    expect(findBarring(holding(present, of), target) !== undefined).toBe(isBarred);
  });
});
