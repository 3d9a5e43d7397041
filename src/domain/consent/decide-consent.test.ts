import type { Consent } from '../profiles/profile';
import { decideConsent } from './decide-consent';

const said = (status: Consent['status']): Record<string, Consent> => ({
  ads: { status, at: 1, source: 'shop', messageId: 'm1' },
});
const nothing: Record<string, Consent> = {};
const silence = (whenUnset: 'deny' | 'allow', transactional = false) =>
  new Map([['ads', { whenUnset, transactional }]]);
const undefinedPurpose = new Map<string, never>();

describe('decideConsent', () => {
  it.each([
    ['a grant', said('granted'), silence('deny'), true, 'statement'],
    ['a denial', said('denied'), silence('allow'), false, 'statement'],
    ['a revocation', said('revoked'), silence('allow'), false, 'statement'],
    ['silence, where it denies', nothing, silence('deny'), false, 'when-unset'],
    ['silence, where it allows', nothing, silence('allow'), true, 'when-unset'],
    ['a denial, where the purpose is transactional', said('denied'), silence('deny', true), true, 'transactional'],
    ['silence, where nobody has defined the purpose', nothing, undefinedPurpose, true, 'undefined-purpose'],
    ['a denial, where nobody has defined the purpose', said('denied'), undefinedPurpose, false, 'statement'],
  ])('after %s', (_, consent, purposes, isAllowed, basis) => {
    expect(decideConsent('ads', consent, purposes)).toMatchObject({ isAllowed, proof: { purpose: 'ads', basis } });
  });

  it('keeps the statement it went by: when, by whom, in which event', () => {
    const { proof } = decideConsent('ads', said('granted'), silence('deny'));
    const kept = { at: 1, source: 'shop', messageId: 'm1' };
    expect(proof).toEqual({ purpose: 'ads', basis: 'statement', status: 'granted', ...kept });
  });

  it('allows what needs no purpose, and says nothing of consent', () => {
    expect(decideConsent(undefined, said('denied'), silence('deny'))).toEqual({ isAllowed: true });
  });

  it.each(['__proto__', 'constructor', '$ads', 'a.b'])(
    'knows nothing of "%s" from anywhere but statements',
    (purpose) => {
      expect(
        decideConsent(purpose, {}, new Map([[purpose, { whenUnset: 'deny', transactional: false }]])),
      ).toMatchObject({
        isAllowed: false,
        proof: { status: 'unset' },
      });
    },
  );
});
