import { memberKey, sendKey } from './idempotency-key';

it('names an effect by what causes it, so that doing it again has the same name', () => {
  expect(sendKey('enr_1', 'remind', 2)).toBe('enr_1:remind:2');
  expect(sendKey('enr_1', 'remind', 2, 1)).toBe('enr_1:remind:2:1');
  expect(memberKey('vip', 'crm', { profile: 'prf_1', version: 7 })).toBe('vip:crm:prf_1:7');
  expect(memberKey('vip', 'crm', { profile: 'prf_1', version: 7, isDetached: true })).toBe('vip:crm:prf_1:7:detached');
});
