import { SalesforceSettings } from './settings.schema';
import { toSoql } from './soql';

const settings = (more: object) => ({
  schedule: '1h',
  mapping: { columns: { Id: { to: 'identifier', type: 'user_id' } } },
  ...{ loginUrl: 'https://acme.my.salesforce.com', object: 'Contact', fields: ['Email', 'Id', 'Account.Name'] },
  ...more,
});
const soql = (more: object, since?: { at: string; id?: string }): string =>
  toSoql(SalesforceSettings.parse(settings(more)), since);

describe('a query', () => {
  it('asks for each field once, in the order of changes', () => {
    expect(soql({})).toBe(
      'SELECT Id, SystemModstamp, Email, Account.Name FROM Contact ORDER BY SystemModstamp ASC, Id ASC',
    );
  });

  it('begins after the last record, or at a time', () => {
    expect(soql({}, { at: '2026-05-01T09:00:00Z', id: '003A' })).toContain(
      " WHERE (SystemModstamp > 2026-05-01T09:00:00.000Z OR (SystemModstamp = 2026-05-01T09:00:00.000Z AND Id > '003A')) ",
    );
    expect(soql({}, { at: '2026-05-01T09:00:00Z' })).toContain(' WHERE SystemModstamp >= 2026-05-01T09:00:00.000Z ');
  });

  it('writes values as what they are, and nothing in them ends one', () => {
    const where = { LastName: "O'Hara\\' OR Id != '", Active__c: true, Size__c: 3, Owner: null };
    expect(soql({ where })).toContain(
      String.raw` WHERE LastName = 'O\'Hara\\\' OR Id != \'' AND Active__c = true AND Size__c = 3 AND Owner = null `,
    );
  });

  it.each([
    ['a field', { fields: ['Email FROM User'] }],
    ['an object', { object: 'Contact WHERE' }],
    ['a condition', { where: { "a' OR": 1 } }],
    ['an address with a path', { loginUrl: 'https://acme.my.salesforce.com/x' }],
  ])('is not made with %s that is no name', (_what, more) => {
    expect(SalesforceSettings.safeParse(settings(more)).success).toBe(false);
  });
});
