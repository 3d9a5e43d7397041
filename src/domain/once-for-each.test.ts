import { onceForEach } from './once-for-each';

describe('onceForEach', () => {
  it('works out once what is asked of an object, also where that is nothing, and again for an equal one', () => {
    const asked: object[] = [];
    const nothing = onceForEach((one: object) => void asked.push(one));
    const [one, other] = [{ key: 'a' }, { key: 'a' }];
    expect([nothing(one), nothing(one), nothing(other), nothing(one)]).toEqual(Array(4).fill(undefined));
    expect(asked).toHaveLength(2);
  });
});
