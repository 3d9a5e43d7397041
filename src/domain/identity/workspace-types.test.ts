import { TypePolicies } from './identifier-types.schema';
import { meaningsOf, noSuchType, typesOf, usualTypes } from './workspace-types';

const own = typesOf({
  ...{
    tag: { isKnown: false },
    loyalty_id: { isKnown: true, isUnique: true },
    card: { isKnown: true, form: 'digits' },
  },
  ...{ user_id: { ignoreCase: true } },
});

describe("a workspace's types of identifiers", () => {
  it('are those that every one has, and its own between them: persons before devices, a browser last', () => {
    const [first, others, last] = [['user_id', 'email', 'phone', 'app_user_id'], ['card', 'loyalty_id'], ['device_id']];
    expect(own.names).toEqual([...first, ...others, ...last, 'tag', 'anonymous_id']);
    expect(usualTypes.names).toEqual([...first, ...last, 'anonymous_id']);
    expect([usualTypes.unique, own.unique]).toEqual([['user_id'], ['user_id', 'loyalty_id']]);
  });

  it.each([
    ['user_id', true, true],
    ['card', true, true],
    ['tag', false, true],
    ['anonymous_id', false, true],
    ['one_it_had_once', true, false],
    ['__proto__', true, false],
  ])('%s names a person: %j, and is there: %j', (type, isKnown, isThere) => {
    expect([own.isKnown(type), own.has(type)]).toEqual([isKnown, isThere]);
  });

  it('are named to whoever asks for another, with the way to make it', () => {
    expect(noSuchType(own)).toMatch(/there are user_id, .*card, .*PUT \/v1\/policies\/identity/);
  });

  it.each([
    ['user_id', 'U1', ['u1', 'U1']],
    ['user_id', 'u1', ['u1']],
    ['card', '12-34', ['1234', '12-34']],
    ['one_it_had_once', 'X', ['X']],
    ['email', 'A@x.example', ['a@x.example']],
    ['email', 'ann', []],
    ['Card', 'x', []],
    ['card', 'null', []],
  ])('make of %s:%s what is meant, in the form of now and as it is written', (type, raw, values) => {
    expect(meaningsOf(own, type, raw)).toEqual(values.map((value) => ({ type, value })));
  });

  it.each([
    [{ loyalty_id: {} }, 'loyalty_id.isKnown', 'true or false'],
    [{ 'Loyalty-Id': { isKnown: true } }, 'Loyalty-Id', 'a-z, 0-9'],
    [{ trait: { isKnown: true } }, 'trait', 'another one'],
    [{ prf_card: { isKnown: true } }, 'prf_card', 'another one'],
    [{ email: { form: 'text' } }, 'email', 'a form of its own'],
    [{ phone: { ignoreCase: true } }, 'phone', 'a form of its own'],
    [{ user_id: { isKnown: false } }, 'user_id.isKnown', 'built in'],
    [{ device_id: { isUnique: true } }, 'device_id.isUnique', 'under "unique"'],
    [{ user_id: { form: 'number' } }, 'user_id.form', 'expected one of'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`t${n}`, { isKnown: true }])), '', 'at most 20'],
  ])('are refused as %j, with the place and the reason', (policy, path, message) => {
    const { error } = TypePolicies.safeParse(policy);
    expect(JSON.stringify(error?.issues)).toContain(JSON.stringify(message).slice(1, -1));
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
