import { anEvent, day, noon } from '../../testing/builders';
import type { Json } from '../json';
import { consentLimits, readConsent } from './read-consent';

const withRecords = (records: Json) =>
  anEvent({ context: { consent: { records } }, receivedAt: noon, occurredAt: noon });
const read = (record: Json) => readConsent(withRecords({ ads: record }));

describe('consent that an event states', () => {
  it('is read from the banner of Segment’s clients, at the time of the event', () => {
    const consent = { categoryPreferences: { ads: true, mail: false, other: 'maybe' } };
    const { statements } = readConsent(anEvent({ context: { consent }, occurredAt: noon - day, receivedAt: noon }));
    expect(statements).toMatchObject([
      { purpose: 'ads', status: 'granted', at: noon - day, isRecord: false },
      { purpose: 'mail', status: 'denied', at: noon - day },
    ]);
  });

  it('is read from records, with its own time and proof', () => {
    const proof = { form: 'newsletter', text: 'v3' };
    expect(read({ status: 'revoked', at: new Date(noon - day).toISOString(), proof }).statements).toMatchObject([
      { purpose: 'ads', status: 'revoked', at: noon - day, proof, isRecord: true },
    ]);
  });

  it('is of now at the latest: a grant of next year would outlive every denial until then', () => {
    expect(read({ status: 'granted', at: new Date(noon + 365 * day).toISOString() }).statements[0]?.at).toBe(noon);
  });

  it.each<[string, Json, string]>([
    ['an unknown status', { status: 'yes' }, '/ads/status'],
    ['no status', {}, '/ads/status'],
    ['a time that is none', { status: 'granted', at: 'soon' }, '/ads/at'],
    ['a record that is none', true, '/ads'],
    ['proof that is none', { status: 'granted', proof: 'yes' }, '/ads/proof'],
    ['too much proof', { status: 'granted', proof: { scan: 'x'.repeat(1_000_000) } }, '/ads/proof'],
  ])('is refused with its place for %s', (_, record, path) => {
    const { statements, fault } = read(record);
    expect(statements).toEqual([]);
    expect(fault).toMatchObject({ code: 'invalid_consent', path: `/context/consent/records${path}` });
    expect(JSON.stringify(fault)).not.toMatch(/soon|yes|xxx/);
  });

  it.each<[string, Json]>([
    ['a list', []],
    [
      'more purposes than one event may name',
      Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`p${n}`, {}])),
    ],
    ['a purpose without a name', { '': { status: 'granted' } }],
    ['a purpose with a long name', { ['x'.repeat(consentLimits.purposeLength + 1)]: { status: 'granted' } }],
  ])('is refused for %s', (_, records) => {
    expect(readConsent(withRecords(records)).fault?.code).toBe('invalid_consent');
  });

  it('takes names with a meaning elsewhere as names', () => {
    const names = '{"__proto__":{"status":"denied"},"$set":{"status":"granted"},"constructor":{"status":"denied"}}';
    const { statements } = readConsent(withRecords(JSON.parse(names) as Json));
    expect(statements.map(({ purpose }) => purpose)).toEqual(['__proto__', '$set', 'constructor']);
  });
});
