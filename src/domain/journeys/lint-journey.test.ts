import { examplesIn } from '../../testing/examples';
import type { JsonObject } from '../json';
import { JourneyDefinition } from './journey.schema';
import { lintJourney } from './lint-journey';

const good: JsonObject = {
  key: 'good',
  name: 'Good',
  entry: { on: { event: 'Started' } },
  purpose: 'marketing',
  start: 'rest',
  steps: {
    rest: { type: 'wait', for: '2h', next: 'mail' },
    mail: { type: 'send', destination: 'crm', next: 'listen' },
    listen: { type: 'wait-for', timeout: '1d', first: [{ on: { event: 'Clicked' }, next: 'rest' }], onTimeout: 'done' },
    done: { type: 'exit' },
  },
};
const steps = (of: JsonObject): JsonObject => ({ steps: { ...(good['steps'] as JsonObject), ...of } });
const found = (of: JsonObject) =>
  lintJourney(JourneyDefinition.parse({ ...good, ...of }), {
    journeys: new Set(['welcome']),
    destinations: new Set(['crm']),
    enrolls: new Map([
      ['welcome', ['tour']],
      ['tour', ['good']],
    ]),
    audiences: new Set(['vip', 'guests']),
    manualAudiences: new Set(['guests']),
  }).map(({ code, severity, path }) => `${severity} ${code} ${path}`);

describe('lintJourney', () => {
  it('finds nothing in a good journey, not even in its loop through waits', () => {
    expect(found({})).toEqual([]);
  });

  it.each<[string, JsonObject, string[]]>([
    [
      'a start that does not exist',
      { start: 'nowhere', steps: { rest: { type: 'exit' } }, purpose: 'p' },
      ['error dangling_step /start', 'error unreachable_step /steps/rest'],
    ],
    [
      'a journey that is not there, and one that leads back here',
      steps({
        done: { type: 'enroll', journey: 'nowhere', next: 'tour' },
        tour: { type: 'enroll', journey: 'welcome', wait: true, next: 'self' },
        self: { type: 'enroll', journey: 'good' },
      }),
      [
        'error unknown_journey /steps/done/journey',
        'error journey_cycle /steps/tour/journey',
        'error journey_cycle /steps/self/journey',
      ],
    ],
    [
      'a split that cannot be measured',
      steps({
        done: {
          type: 'split',
          experiment: 'subject',
          variants: [
            { key: 'a', weight: 50, next: 'in' },
            { key: 'a', weight: 40, next: 'in' },
          ],
          goal: 'nothing',
        },
        in: {
          type: 'split',
          experiment: 'subject',
          variants: [
            { key: 'a', weight: 50, next: 'end' },
            { key: 'b', weight: 50, next: 'end' },
          ],
          winner: 'auto',
        },
        end: { type: 'exit' },
      }),
      [
        'error unknown_goal /steps/done/goal',
        'error weights_not_100 /steps/done/variants',
        'error duplicate_variant /steps/done/variants/1/key',
        'error winner_without_goal /steps/in/winner',
        'error experiment_twice /steps/in/variants',
      ],
    ],
    [
      'somebody put into an audience that keeps itself, or is not there',
      steps({
        done: { type: 'audience', audience: 'vip', do: 'add', next: 'in' },
        in: { type: 'audience', audience: 'guests', do: 'add', next: 'gone' },
        gone: { type: 'audience', audience: 'nobody', do: 'remove' },
      }),
      ['error audience_by_rule /steps/done/audience', 'error unknown_audience /steps/gone/audience'],
    ],
    [
      'a most of parallel runs where there is one',
      { entry: { on: { event: 'Started' }, reentry: { again: 'always', max: 3 } } },
      ['error max_without_parallel /entry/reentry/max'],
    ],
    [
      'a choice of whom to speak to where no household enters',
      { entry: { on: { event: 'Started' }, recipient: 'first-reachable' } },
      ['error recipient_without_household /entry/recipient'],
    ],
    [
      'a recipient who would be chosen at a send that there is not',
      {
        entry: { on: { event: 'Started' }, per: 'household', recipient: 'first-reachable' },
        start: 'done',
        steps: { done: { type: 'exit' } },
      },
      ['warning recipient_never_chosen /entry/recipient'],
    ],
    [
      'a rule on members that reads a path, which is of one run only',
      {
        entry: {
          on: { event: 'Started' },
          if: { group: 'household', members: { trait: 'a', is: 'equals', value: { from: 'entry.properties.a' } } },
        },
      },
      ['error path_outside_journey /entry/if/members/value'],
    ],
    [
      'a step that leads nowhere',
      steps({ rest: { type: 'wait', for: '2h', next: 'gone' } }),
      [
        'error dangling_step /steps/rest/next',
        'error unreachable_step /steps/mail',
        'error unreachable_step /steps/listen',
        'error unreachable_step /steps/done',
      ],
    ],
    [
      'waits whose days are further apart than the lifetime',
      {
        lifetime: '3d',
        ...steps({ rest: { type: 'wait', until: { time: '09:00', days: ['mon', 'wed'] }, next: 'mail' } }),
      },
      ['warning wait_beyond_lifetime /steps/rest/until'],
    ],
    [
      'a window whose days are further apart than the lifetime',
      {
        lifetime: '7d',
        ...steps({ rest: { type: 'wait', window: { from: '09:00', to: '17:00', days: ['mon'] }, next: 'mail' } }),
      },
      ['warning wait_beyond_lifetime /steps/rest/window'],
    ],
    [
      'a rule that is waited for and reads the run',
      { exits: [{ on: { when: { path: 'entry.properties.total', is: 'at_least', value: 1 } } }] },
      ['error when_reads_run /exits/0/on/when/path'],
    ],
    [
      'a rule that is waited for and names what there is not',
      { exits: [{ on: { when: { audience: 'none' } } }] },
      ['error unknown_audience /exits/0/on/when/audience'],
    ],
    [
      'an entry by a rule, with a key',
      { entry: { on: { when: { audience: 'vip' } }, key: 'properties.x' } },
      ['error entry_never /entry/key'],
    ],
    [
      'a look back since a step that there is not, and over a span besides',
      steps({
        rest: {
          type: 'branch',
          cases: [{ if: { event: 'Clicked', since: 'step:gone', within: '1d' }, next: 'mail' }],
          else: 'done',
        },
        listen: { type: 'wait', for: '1d', next: 'rest' },
      }),
      ['error since_and_within /steps/rest/cases/0/if/since', 'error dangling_since /steps/rest/cases/0/if'],
    ],
    [
      'a look back since the entry at the entry',
      { entry: { on: { event: 'Started' }, if: { event: 'Clicked', since: 'entry' } } },
      ['error since_outside_journey /entry/if'],
    ],
    [
      'a look back since the entry in a rule that is waited for',
      { exits: [{ on: { when: { event: 'Clicked', since: 'entry' } } }] },
      ['error since_outside_journey /exits/0/on/when/since'],
    ],
    [
      'a date at a path that is never there',
      steps({ rest: { type: 'wait', until: { at: 'properties.on' }, next: 'mail' } }),
      ['error date_never /steps/rest/until/at'],
    ],
    [
      'a date of an entry that has none',
      {
        entry: { on: { audience: 'vip', edge: 'entered' } },
        ...steps({ rest: { type: 'wait', until: { at: 'entry.properties.on' }, next: 'mail' } }),
      },
      ['error date_never /steps/rest/until/at'],
    ],
    [
      'a date of a step that catches nothing',
      steps({ rest: { type: 'wait', until: { at: 'steps.mail.event.properties.on' }, next: 'mail' } }),
      ['error date_never /steps/rest/until/at'],
    ],
    [
      'a loop whose wait may be none',
      steps({
        rest: { type: 'wait', until: { at: 'traits.on' }, next: 'mail' },
        mail: { type: 'send', destination: 'crm', next: 'rest' },
      }),
      [
        'error unreachable_step /steps/listen',
        'error unreachable_step /steps/done',
        'error loop_without_wait /steps/rest',
      ],
    ],
    ['a step nothing leads to', steps({ island: { type: 'exit' } }), ['error unreachable_step /steps/island']],
    [
      'a loop without a wait',
      steps({
        mail: { type: 'send', destination: 'crm', next: 'mark' },
        mark: { type: 'update', set: { a: 1 }, next: 'mail' },
      }),
      [
        'error unreachable_step /steps/listen',
        'error unreachable_step /steps/done',
        'error loop_without_wait /steps/mail',
      ],
    ],
    [
      'a wait longer than the lifetime',
      { lifetime: '2h' },
      ['error wait_beyond_lifetime /steps/rest/for', 'error wait_beyond_lifetime /steps/listen/timeout'],
    ],
    [
      'an unknown destination',
      steps({ mail: { type: 'send', destination: 'crn', next: 'listen' } }),
      ['error unknown_destination /steps/mail/destination'],
    ],
    [
      'an exit on an unknown audience',
      { exits: [{ on: { audience: 'vpi', edge: 'entered' } }] },
      ['error unknown_audience /exits/0/on/audience'],
    ],
    [
      'an exit whose match names no path of the run',
      { exits: [{ on: { event: 'Order', match: { 'properties.id': 'traits.id' } } }] },
      ['error trigger_never /exits/0/on/match/properties.id'],
    ],
    [
      'a goal that compares with properties an audience edge does not have',
      {
        entry: { on: { audience: 'vip', edge: 'entered' } },
        goals: [{ key: 'g', on: { event: 'Order', match: { 'properties.id': 'entry.properties.id' } }, within: '7d' }],
      },
      ['error trigger_never /goals/0/on/match/properties.id'],
    ],
    [
      'an entry key on an audience edge',
      { entry: { on: { audience: 'vip', edge: 'entered' }, key: 'properties.id' } },
      ['error entry_never /entry/key'],
    ],
    [
      'a wait for any event',
      steps({
        listen: { type: 'wait-for', timeout: '1d', first: [{ on: { event: '*' }, next: 'rest' }], onTimeout: 'done' },
      }),
      ['error wait_for_any_event /steps/listen/first/0/on/event'],
    ],
    [
      'a rule on an unknown audience',
      { entry: { on: { event: 'Started' }, if: { audience: 'vpi' } } },
      ['error unknown_audience /entry/if/audience'],
    ],
    [
      'a rule on the messages of an unknown journey',
      {
        entry: {
          on: { event: 'Started' },
          if: { all: [{ contacted: { journey: 'wellcome' } }, { contacted: { journey: 'welcome' } }] },
        },
      },
      ['error unknown_journey /entry/if/all/0/contacted/journey'],
    ],
    ['no purpose', { purpose: undefined as never }, ['warning missing_purpose /purpose']],
  ])('finds %s', (_, of, findings) => {
    expect(found(of)).toEqual(findings);
  });
});

describe('the example journeys', () => {
  it.each(examplesIn('journeys'))('%s can be published', (_, definition) => {
    expect(lintJourney(JourneyDefinition.parse(definition))).toEqual([]);
  });
});
