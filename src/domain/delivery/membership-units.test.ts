import fc from 'fast-check';
import { memberKey } from './idempotency-key';
import { afterAnswer, reconcile, underWay, type Reconciliation, type Unit, type Wish } from './membership-units';

const how = (members: Reconciliation['members'], removes = true): Reconciliation => ({
  members,
  removes,
  unitId: (type, value) => `${type}=${value}`,
  key: (wish, unit) => `${memberKey('vip', 'ads', wish)}:${unit.id}`,
});
const wish = (profile: string, version: number, email: string | undefined, isIn = true): Wish => ({
  profile,
  version,
  isIn,
  identifiers: email === undefined ? {} : { email },
});
const operations = (changes: ReturnType<typeof reconcile>): string[] =>
  changes.flatMap(({ operation }) =>
    operation ? [`${operation.operation} ${Object.values(operation.identifiers).join()}`] : [],
  );

describe('reconcile', () => {
  it('adds what is wanted and not held, once', () => {
    const first = reconcile([wish('p1', 1, 'a')], [], how('identifier'));
    expect(operations(first)).toEqual(['add a']);
    const held = first.map(({ unit, operation }) => (operation ? afterAnswer(unit, operation, true) : unit));
    expect(operations(reconcile([wish('p1', 1, 'a')], held, how('identifier')))).toEqual([]);
  });

  it('keeps a shared address on the list while one of its people is a member', () => {
    const held: Unit = { id: 'email=a', state: 'held', wantedBy: ['p1', 'p2'], identifiers: { email: 'a' } };
    const [change] = reconcile([wish('p1', 2, 'a', false)], [held], how('identifier'));
    expect(change).toEqual({ unit: { ...held, wantedBy: ['p2'] } });
    expect(
      operations(reconcile([wish('p2', 2, 'a', false)], [(change as { unit: Unit }).unit], how('identifier'))),
    ).toEqual(['remove a']);
  });

  it('removes the old address and then adds the new one', () => {
    const held: Unit = { id: 'email=a', state: 'held', wantedBy: ['p1'], identifiers: { email: 'a' } };
    expect(operations(reconcile([wish('p1', 2, 'b')], [held], how('identifier')))).toEqual(['remove a', 'add b']);
  });

  it('adds a member who stays again by the other identifiers, since a vendor may have removed the whole account', () => {
    const held = (type: string, value: string): Unit => ({
      id: `${type}=${value}`,
      state: 'held',
      wantedBy: ['p1'],
      identifiers: { [type]: value },
    });
    const moved = { profile: 'p1', version: 2, isIn: true, identifiers: { email: 'b', user_id: 'u1' } };
    const changes = reconcile([moved], [held('email', 'a'), held('user_id', 'u1')], how('identifier'));
    expect(operations(changes)).toEqual(['remove a', 'add b', 'add u1']);
  });

  it('sends a profile again when its identifiers change, and takes back what it sent', () => {
    const held: Unit = { id: 'profile=p1', state: 'held', wantedBy: ['p1'], identifiers: { email: 'a' } };
    expect(operations(reconcile([wish('p1', 2, 'b')], [held], how('profile')))).toEqual(['add b']);
    expect(operations(reconcile([wish('p1', 2, undefined, false)], [held], how('profile')))).toEqual(['remove a']);
  });

  describe('where leaving does not remove', () => {
    const held: Unit = { id: 'email=a', state: 'held', wantedBy: ['p1'], identifiers: { email: 'a' } };
    const out = wish('p1', 2, 'a', false);
    const refused = { ...wish('p1', 3, 'a', false), hasRefused: true };

    it('leaves what was added, as the property of who left', () => {
      expect(reconcile([out], [held], how('identifier', false))).toEqual([]);
      expect(reconcile([wish('p1', 2, undefined)], [held], how('identifier', false))).toEqual([]);
    });

    it.each([
      ['a refusal', refused, false],
      ['a detach that removes', { ...out, isDetached: true }, true],
    ])('takes it off on %s', (_what, wished, removes) => {
      expect(operations(reconcile([wished], [held], how('identifier', removes)))).toEqual(['remove a']);
    });

    it('keeps what another who has not refused shares', () => {
      const shared = { ...held, wantedBy: ['p1', 'p2'] };
      expect(operations(reconcile([refused], [shared], how('identifier', false)))).toEqual([]);
    });

    it.each([['first'], ['last']])('takes off what is under way when the refusal comes %s', (order) => {
      const begun: Unit = { ...held, state: 'changing', wantedBy: ['p1', 'p2'], lastOperation: 'x' };
      const wishes = [refused, wish('p2', 2, 'a', false)];
      const asked = order === 'first' ? wishes : wishes.reverse();
      expect(operations(reconcile(asked, [begun], how('identifier', false)))).toEqual(['remove a']);
    });

    it('does not finish what is under way', () => {
      const begun: Unit = { ...held, state: 'changing', lastOperation: 'x' };
      const changes = reconcile([out], [begun], how('identifier', false));
      expect(operations(changes)).toEqual([]);
      expect(underWay(changes.map(({ unit }) => unit))).toEqual(['x']);
    });
  });

  it('does not issue a refused operation again for the same wish, and does for a newer one', () => {
    const [change] = reconcile([wish('p1', 1, 'a')], [], how('identifier'));
    if (!change?.operation) throw new Error('nothing to do');
    const refused = afterAnswer(change.unit, change.operation, false);
    expect(operations(reconcile([wish('p1', 1, 'a')], [refused], how('identifier')))).toEqual([]);
    expect(operations(reconcile([wish('p1', 2, 'a')], [refused], how('identifier')))).toEqual(['add a']);
  });

  it('ends with exactly the wanted identifiers held, whatever is edited and whatever is lost on the way', () => {
    const edit = fc.record({
      profile: fc.constantFrom('p1', 'p2', 'p3'),
      email: fc.constantFrom('a', 'b', 'c', undefined),
      isIn: fc.boolean(),
      answer: fc.constantFrom('done', 'lost-after', 'lost-before'),
    });
    fc.assert(
      fc.property(
        fc.array(edit, { maxLength: 30 }),
        fc.constantFrom('identifier' as const, 'profile' as const),
        (edits, members) => {
          const units = new Map<string, Unit>();
          const vendor = new Set<string>();
          const wishes = new Map<string, Wish>();
          const pass = (asked: readonly Wish[], answer: string): void => {
            for (const { unit, operation } of reconcile(asked, [...units.values()], how(members))) {
              units.set(unit.id, unit);
              if (!operation || answer === 'lost-before') continue;
              if (operation.operation === 'add') vendor.add(unit.id);
              else vendor.delete(unit.id);
              if (answer === 'done') units.set(unit.id, afterAnswer(unit, operation, true));
            }
          };
          edits.forEach(({ profile, email, isIn, answer }, version) => {
            wishes.set(profile, wish(profile, version, email, isIn));
            // Members stay dirty until every operation of theirs has an end.
            pass([...wishes.values()], answer);
          });
          pass([...wishes.values()], 'done');
          const wanted = [...wishes.values()].filter((one) => one.isIn);
          const expected =
            members === 'profile'
              ? wanted.map((one) => `profile=${one.profile}`)
              : wanted.flatMap((one) => Object.values(one.identifiers).map((value) => `email=${value}`));
          expect([...vendor].sort()).toEqual([...new Set(expected)].sort());
        },
      ),
      { numRuns: 500 },
    );
  });
});
