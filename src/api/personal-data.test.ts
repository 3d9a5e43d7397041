import { maskIdentifier, maskObject } from './personal-data';

const masked = '•••';

describe('maskObject', () => {
  it.each([
    'email',
    'Email',
    'emailAddress',
    'contact_email',
    'contactemail',
    'phone',
    'phoneNumber',
    'mobile-number',
    'name',
    'first_name',
    'firstName',
    'FIRSTNAME',
    'customerName',
    'billingAddress',
    'billing address 2',
    'shippingCity',
    'postalCode',
    'zip',
    'date_of_birth',
    'IPAddress',
    'clientIp',
    'ip',
  ])('masks what stands under "%s"', (key) => {
    expect(maskObject({ [key]: 'x' })).toEqual({ [key]: masked });
  });

  it.each([
    'tier',
    'category',
    'cart_id',
    'shipping',
    'zipper',
    'capacity',
    'campaign',
    'renamed',
    'velocity',
    'userId',
  ])('shows what stands under "%s"', (key) => {
    expect(maskObject({ [key]: 'x' })).toEqual({ [key]: 'x' });
  });

  it.each([
    'ada@example.com',
    'Ada <ada@example.com>',
    'https://shop.example/?to=ada@example.com',
    '+1 (555) 012-3456',
  ])('masks "%s" under any key, at any depth', (text) => {
    expect(maskObject({ login: text, list: [{ ref: text }, text] })).toEqual({
      login: masked,
      list: [{ ref: masked }, masked],
    });
  });

  it.each(['gold', '2026-05-01T09:00:00Z', '12345678', '+5 %', '', '@home'])('shows "%s"', (text) => {
    expect(maskObject({ tier: text })).toEqual({ tier: text });
  });

  it('masks whole objects under personal keys, and leaves null and keys like __proto__ as they are', () => {
    const object = JSON.parse('{"address":{"city":"Oslo"},"email":null,"__proto__":{"phone":"1"}}') as never;
    expect(JSON.stringify(maskObject(object))).toBe(
      `{"address":"${masked}","email":null,"__proto__":{"phone":"${masked}"}}`,
    );
  });
});

describe('maskIdentifier', () => {
  it.each([
    ['email', 'ada@example.com', masked],
    ['phone', '5550123', masked],
    ['user_id', 'ada@example.com', masked],
    ['app_user_id', '+15550123456', masked],
    ['user_id', 'u-1', 'u-1'],
    ['anonymous_id', '0123456789', '0123456789'],
  ])('answers for the %s %s: %s', (type, value, shown) => {
    expect(maskIdentifier(type, value)).toBe(shown);
  });
});
