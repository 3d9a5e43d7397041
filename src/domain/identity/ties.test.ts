import { anEvent, aRuleset, noon } from '../../testing/builders';
import { FoldedWorld } from '../../testing/folded-world';
import type { Event } from '../events/event';
import type { Profile } from '../profiles/profile';
import { identityRules } from './identity-rules';
import { mayTellPages, onlyTied } from './ties';

type Names = Readonly<Record<string, string>>;
const secret = (by: Names): Event => anEvent({ by, isTrusted: true });
const open = (by: Names): Event => anEvent({ by, isTrusted: false });
const { isKnown } = identityRules({});

const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
const browser = { anonymous_id: uuid };
const guessable = { anonymous_id: 'customer-17' };
const u1 = { user_id: 'u1' };
const email = { email: 'ann@x.example' };

function ownerOf(events: readonly Event[], value: string): Profile {
  const world = new FoldedWorld(aRuleset({}));
  for (const event of events) world.apply([event], noon);
  const found = world.living().find(({ identifiers }) => identifiers.some((one) => one.value === value));
  if (!found) throw new Error('Nobody has it.');
  return found;
}

describe('what a page may be told of whoever has a browser', () => {
  it.each<[string, boolean, Event[]]>([
    ['a visitor', true, [open(browser)]],
    ['a visitor whom only servers have seen', true, [secret(browser)]],
    ['somebody whom only pages have named', true, [open({ ...browser, ...u1, ...email })]],
    ['a customer, by a browser that a server has named as theirs', true, [secret(u1), secret({ ...browser, ...u1 })]],
    ['the same, where the page had said so before', true, [open({ ...browser, ...u1 }), secret({ ...browser, ...u1 })]],
    ['a customer, by a browser that a page has tied to them', false, [secret(u1), open({ ...browser, ...u1 })]],
    [
      'a customer, by a browser that knows their address',
      false,
      [secret({ ...u1, ...email }), open({ ...browser, ...email })],
    ],
    [
      'the same, where a server had seen the browser before',
      false,
      [secret(browser), secret(u1), open({ ...browser, ...u1 })],
    ],
    [
      'a customer whose id a page took before there was one',
      false,
      [secret(browser), open({ ...browser, ...u1 }), secret(u1)],
    ],
    [
      'a customer, by one browser while a server has named another',
      false,
      [secret({ ...u1, anonymous_id: 'other' }), open({ ...browser, ...u1 })],
    ],
    [
      'a customer whose one name is in quarantine by now, by a browser that a page has tied to them',
      false,
      [secret(email), open({ ...browser, ...email }), anEvent({ by: email, isQuarantine: true })],
    ],
    [
      'the same, by one that a server has named as theirs',
      true,
      [secret({ ...browser, ...email }), anEvent({ by: email, isQuarantine: true })],
    ],
    [
      'whoever shares a device that was a customer’s',
      true,
      [secret({ ...browser, ...u1 }), secret({ ...browser, user_id: 'u2' })],
    ],
  ])('of %s: %s', (_, isTold, events) => {
    const asked = { identifier: { type: 'anonymous_id', value: uuid }, isOfPage: false };
    expect(mayTellPages(ownerOf(events, uuid), asked, isKnown)).toBe(isTold);
  });

  it('is by no tie of before, once the device has left whom it was tied to', () => {
    const shared = ownerOf([secret({ ...browser, ...u1 }), secret({ ...browser, user_id: 'u2' })], uuid);
    expect(shared.identifiers).toEqual([expect.not.objectContaining({ isTied: true })]);
    const device = { type: 'anonymous_id', value: uuid, firstSeenAt: 0, isTied: true } as const;
    const person = { type: 'user_id', value: 'u1', firstSeenAt: 0 };
    expect(onlyTied([device], isKnown)).toEqual([{ type: 'anonymous_id', value: uuid, firstSeenAt: 0 }]);
    expect(onlyTied([person, device], isKnown)).toEqual([person, device]);
  });

  it('is nothing of a customer by an id that can be guessed, unless a page was the first to say it', () => {
    const customer = ownerOf([secret({ ...guessable, ...u1 })], 'customer-17');
    const asked = { identifier: { type: 'anonymous_id', value: 'customer-17' } };
    expect(mayTellPages(customer, { ...asked, isOfPage: false }, isKnown)).toBe(false);
    expect(mayTellPages(customer, { ...asked, isOfPage: true }, isKnown)).toBe(true);
    const visitor = ownerOf([secret(guessable)], 'customer-17');
    expect(mayTellPages(visitor, { ...asked, isOfPage: false }, isKnown)).toBe(true);
  });
});
