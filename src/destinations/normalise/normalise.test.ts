import { normalise } from './normalise';
import type { Field, Vendor } from './policies';
import { policies } from './policies';
import { sha256Hex } from './sha256';

const h = sha256Hex;
const value = (vendor: Vendor, field: Field, text: string, country?: string) => {
  const done = normalise(vendor, field, text, country === undefined ? {} : { country });
  return 'value' in done ? done.value : done.problem;
};

describe('normalise', () => {
  it('hashes as the world does', () => {
    expect(h('test@example.com')).toBe('973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b');
  });

  it.each<[Vendor, Field, string, string]>([
    // dots and plus belong to Gmail alone, and only Google wants them gone
    ['google', 'email', ' User.Name+NYC@Example.com ', h('user.name+nyc@example.com')],
    ['google', 'email', 'Jane.Doe+Shop@Gmail.com', h('janedoe@gmail.com')],
    ['google', 'email', 'jane.doe+x@googlemail.com', h('janedoe@googlemail.com')],
    ['google', 'email', 'jane doe@example.com', h('janedoe@example.com')],
    ['meta', 'email', ' Jane.Doe+Shop@Gmail.com ', h('jane.doe+shop@gmail.com')],
    ['tiktok', 'email', 'Jane.Doe+Shop@Gmail.com', h('jane.doe+shop@gmail.com')],
    ['linkedin', 'email', ' Jane@Example.COM', h('jane@example.com')],
    ['crm', 'email', ' Jane@Example.com ', 'Jane@Example.com'],
    ['google', 'phone', '+1 (650) 253-0000', h('+16502530000')],
    ['meta', 'phone', '+1 (650) 253-0000', h('16502530000')],
    ['meta', 'phone', '0049 30 901820', h('4930901820')],
    ['tiktok', 'phone', '+49 (0)30 901820', h('+4930901820')],
    ['crm', 'phone', '+49 30 901820', '+4930901820'],
    // a name hashed without lower-casing matches nobody
    ['google', 'first_name', ' Mrs. Mary-Ann ', h('maryann')],
    ['google', 'last_name', "O'Neill Jr.", h('oneill')],
    ['meta', 'first_name', 'MARY', h('mary')],
    ['meta', 'last_name', 'Müller-Lüdenscheidt', h('müllerlüdenscheidt')],
    ['meta', 'last_name', '정', h('정')],
    ['linkedin', 'first_name', ' Mary ', 'Mary'],
    ['google', 'country', 'de', 'DE'],
    ['google', 'country', 'Germany', 'DE'],
    ['meta', 'country', 'DE', h('de')],
    ['meta', 'country', 'United States', h('us')],
    ['google', 'postcode', ' 94043 ', '94043'],
    ['meta', 'postcode', 'SW1A 1AA', h('sw1a1aa')],
    ['meta', 'device_id', 'AEBE52E7-03EE-455A-B3C4-E57283966239', 'aebe52e7-03ee-455a-b3c4-e57283966239'],
    ['tiktok', 'device_id', 'AEBE52E7-03EE-455A-B3C4-E57283966239', h('aebe52e7-03ee-455a-b3c4-e57283966239')],
    ['google', 'device_id', ' AEBE52E7 ', 'AEBE52E7'],
  ])('%s: %s %j', (vendor, field, text, expected) => {
    expect(value(vendor, field, text)).toBe(expected);
  });

  it('keeps five digits of a postcode in the United States, dash or no dash', () => {
    expect(value('meta', 'postcode', '94043-1234', 'US')).toBe(h('94043'));
    expect(value('meta', 'postcode', '12345-678', 'BR')).toBe(h('12345-678'));
  });

  it('reads a number without a country code in the country it is told', () => {
    expect(value('meta', 'phone', '030 901820', 'DE')).toBe(h('4930901820'));
    expect(value('meta', 'phone', '030 901820')).toBe('unreadable');
  });

  it.each<[Field, string]>([
    ['email', 'not an address'],
    ['email', '@example.com'],
    ['email', ''],
    ['phone', '12'],
    ['phone', 'call me'],
    ['first_name', ' -- '],
    ['country', 'Atlantis'],
    ['postcode', '  '],
  ])('cannot read the %s %j', (field, text) => {
    expect(value('meta', field, text)).toBe('unreadable');
  });

  it('does not hand a vendor what it does not take', () => {
    expect(value('tiktok', 'postcode', '94043')).toBe('not-taken');
  });

  describe('hashes from outside', () => {
    const hashed = h('jane@example.com');

    it('passes one on that is declared and has the shape', () => {
      expect(normalise('meta', 'email', hashed, { isHashed: true })).toEqual({ value: hashed });
    });

    it.each([hashed.toUpperCase(), ` ${hashed}`, hashed.slice(1), 'jane@example.com'])(
      'refuses %j, declared as a hash',
      (text) => {
        expect(normalise('meta', 'email', text, { isHashed: true })).toEqual({ problem: 'hash-malformed' });
      },
    );

    it('refuses what looks like a hash and is not declared, instead of hashing it again', () => {
      expect(normalise('meta', 'email', hashed)).toEqual({ problem: 'hash-undeclared' });
    });

    it('refuses a hash where the vendor wants plain text', () => {
      expect(normalise('crm', 'email', hashed, { isHashed: true })).toEqual({ problem: 'not-taken' });
    });
  });

  it('gives the same for a value that is already normal', () => {
    for (const vendor of Object.keys(policies) as Vendor[]) {
      expect(value(vendor, 'email', 'jane@example.com')).toBe(value(vendor, 'email', ' jane@example.com '));
    }
  });
});
