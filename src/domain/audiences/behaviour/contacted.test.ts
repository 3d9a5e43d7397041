import { anEvent, aRuleset, day, noon } from '../../../testing/builders';
import { blank } from '../../../testing/rule-arbitraries';
import { FoldedWorld } from '../../../testing/folded-world';
import { contactEvent, contactName } from '../../events/contact';
import { toRuleEvent, type Event } from '../../events/event';
import { checkRule } from '../check-rule';
import { compileRule } from '../compile-rule';
import { explainRule } from '../explain-rule';
import { historyView } from '../history-view';
import { Rule } from '../rule.schema';

let sent = 0;
const message = (daysAgo: number, of: { channel?: string; journey?: string; by?: string } = {}): Event => {
  const { by = 'u1', journey = 'welcome', channel } = of;
  const contact = { idempotencyKey: `enr_${(sent += 1)}:s:1`, destination: 'mails', step: 's', status: 'delivered' };
  const identifier = { type: 'user_id', value: by };
  return contactEvent({ ...contact, journey, channel }, identifier, noon - daysAgo * day);
};
const past = [
  message(1, { channel: 'email' }),
  message(2, { channel: 'sms', journey: 'win-back' }),
  message(10, { journey: 'win-back' }),
  anEvent({ occurredAt: noon - 3 * day }),
];
const view = historyView(blank, past.map(toRuleEvent));
const atLeast = (value: number) => ({ count: { is: 'at_least', value } as const });

describe('a condition on contacts', () => {
  it.each<[Rule, boolean]>([
    [{ contacted: {} }, true],
    [{ contacted: {}, ...atLeast(3) }, true],
    [{ contacted: {}, ...atLeast(4) }, false],
    [{ contacted: {}, ...atLeast(3), within: '7d' }, false],
    [{ contacted: { channel: 'email' }, within: '7d' }, true],
    [{ contacted: { channel: 'email' }, ...atLeast(2) }, false],
    [{ contacted: { channel: 'ads' } }, false],
    [{ contacted: { journey: 'win-back' }, ...atLeast(2) }, true],
    [{ contacted: { journey: 'win-back', channel: 'sms' }, count: { is: 'equals', value: 1 } }, true],
    [{ contacted: { journey: 'other' }, count: { is: 'equals', value: 0 } }, true],
    [{ event: '*', count: { is: 'equals', value: 1 } }, true],
    [{ sequence: [{ event: '*' }, { event: '*' }] }, false],
    [{ event: '*', per: 'journey' }, false],
  ])('%j is %s of somebody who got three messages and did one thing', (rule, expected) => {
    expect(Rule.parse(rule)).toEqual(rule);
    expect(compileRule(rule).evaluate(view, noon).matches).toBe(expected);
  });

  it('is kept by a profile: in with a message, and out by itself when its window is over', () => {
    const tired: Rule = { contacted: {}, within: '7d' };
    const world = new FoldedWorld(aRuleset({ audiences: { tired, busy: { event: '*' } } }));
    world.apply([anEvent({ name: 'View', receivedAt: noon - 9 * day }), message(8)], noon - 8 * day);
    world.apply([message(8, { by: 'u2' })], noon - 8 * day);
    expect([world.size('tired'), world.size('busy')]).toEqual([2, 1]);
    world.tick(noon - day);
    expect(world.size('tired')).toBe(2);
    world.tick(noon - day + 1);
    expect(world.edges.filter(({ edge }) => edge === 'exited')).toMatchObject([
      { audience: 'tired', cause: 'clock' },
      { audience: 'tired', cause: 'clock' },
    ]);
  });

  it('explains how many there were, and when it will turn', () => {
    const rule: Rule = { contacted: {}, count: { is: 'less_than', value: 2 }, within: '7d' };
    const { matches, parts } = explainRule(rule, () => ({ view, othersNextCheckAt: () => undefined }), {
      now: noon,
      mostChecks: 10,
    });
    expect([matches, parts]).toEqual([
      false,
      [{ pointer: '', kind: 'contacted', matches: false, condition: rule, actual: 2, flipsAt: noon + 5 * day + 1 }],
    ]);
  });

  it.each<[object, string]>([
    [{ contacted: { step: 's' } }, 'contacted'],
    [{ contacted: { channel: 'E-Mail' } }, 'channel'],
    [{ contacted: {}, sum: { property: 'total', is: 'at_least', value: 1 } }, 'sum'],
    [{ event: contactName }, 'event'],
    [{ sequence: [{ event: 'Order' }, { event: 'heddle:other' }] }, 'event'],
  ])('cannot be written as %j', (rule, named) => {
    const issues = Rule.safeParse(rule).error?.issues ?? [];
    expect(issues.some(({ path, message }) => path.includes(named) || message.includes(named))).toBe(true);
  });

  it.each<[Rule, string]>([
    [{ contacted: { journey: 'gone' } }, '/contacted/journey There is no journey "gone".'],
    [
      { contacted: {}, count: { is: 'at_least', value: '3' } },
      '/count/value "at_least" needs a number, not a number in text.',
    ],
    [
      { group: 'household', traits: { contacted: {} } },
      '/traits A group has traits, and no events, audiences, consents or identifiers.',
    ],
    [{ contacted: { journey: 'welcome' } }, ''],
  ])('has of %j found: %s', (rule, expected) => {
    const found = checkRule(rule, { hasPaths: false, journeys: new Set(['welcome']) });
    expect(found.map(({ path, message }) => `${path} ${message}`).join()).toBe(expected);
  });
});

describe('the event of a contact', () => {
  it('is one for each delivery, names nobody but by one identifier, and says where it went', () => {
    const contact = {
      idempotencyKey: 'enr_1:s:1',
      destination: 'mails',
      journey: 'welcome',
      step: 's',
      status: 'unknown',
    };
    const event = contactEvent({ ...contact, channel: 'email' }, { type: 'user_id', value: 'u1' }, noon);
    expect(event).toMatchObject({
      messageId: 'heddle:contacted:enr_1:s:1',
      identifiers: [{ type: 'user_id', value: 'u1' }],
      properties: { journey: 'welcome', step: 's', destination: 'mails', channel: 'email', status: 'unknown' },
      isAboutProfile: true,
    });
  });
});
