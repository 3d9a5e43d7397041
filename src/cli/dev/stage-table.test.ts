import { stageTable } from './stage-table';
import { impactOf, isSettled, toStage, type Stages } from './stages';

const none = { reserved: 0, held: 0, sent: 0, retrying: 0, delivered: 0, rejected: 0, dead: 0, unknown: 0 };
const impact = (states: object) => ({
  ...none,
  emitted: 0,
  withheld: {},
  ...states,
});
const crm = toStage(
  'crm',
  impact({ emitted: 17, delivered: 14, retrying: 1, withheld: { consent: 2 } }),
  'its twin got 15',
);
const replayed = { events: 6_579, accepted: 6_578, duplicates: 1, sendSeconds: 4, applySeconds: 90 };

const stages: Stages = {
  ingestion: { history: replayed, live: { ...replayed, events: 103, accepted: 103, duplicates: 0 } },
  identity: { profiles: 821 },
  audiences: [
    { key: 'active-7d', size: 121, status: 'ready' },
    { key: 'vip', size: 0, status: 'computing' },
  ],
  journeys: [{ key: 'thank-you', entered: 14, active: 1, completed: 13, exited: 0, failed: 0 }],
  activation: [crm, toStage('meta-ads', impact({}), '')],
  impact: impactOf([crm]),
  facts: [
    { audience: 'active-7d', fact: 'active_7d', found: 121, expected: 121 },
    { audience: 'campaign-18', fact: 'c18_recipients', found: 148, expected: 149 },
  ],
};

describe('stageTable', () => {
  it('has a row for each stage, with its figures', () => {
    expect(stageTable(stages).split('\n')).toEqual([
      '  Ingestion   history: 6,578 accepted, 1 known already, 1,645 events/s (6,579 in 4.0 s)',
      '              live: 103 accepted, 0 known already',
      '  Identity    821 profiles',
      '  Audiences   active-7d 121 · vip 0 (computing)',
      '  Journeys    thank-you: 14 entered, 1 active, 13 completed',
      '  Activation  crm: 1 retrying, 14 delivered, 2 withheld (consent) · its twin got 15',
      '              meta-ads: nothing yet',
      '  Impact      17 deliveries emitted = the sum of their states ✓',
      '  Facts       active-7d 121 of 121 ✓ · campaign-18 148 of 149 ✗',
    ]);
  });

  it('puts as many audiences side by side as fit', () => {
    const audiences = Array.from({ length: 9 }, (_, n) => ({ key: `audience-number-${n}`, size: n, status: 'ready' }));
    const lines = stageTable({ ...stages, audiences })
      .split('\n')
      .filter((line) => line.includes('audience-number'));
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(104);
  });

  it('says so when deliveries do not add up', () => {
    const lost = toStage('crm', impact({ emitted: 3, delivered: 2 }), '');
    expect(stageTable({ ...stages, impact: impactOf([lost]) })).toContain('states ✗ but 2 accounted for');
  });
});

describe('isSettled', () => {
  const done = toStage('crm', impact({ emitted: 2, delivered: 1, held: 1 }), '');
  const ended = stages.journeys.map((journey) => ({ ...journey, active: 0 }));

  it.each([
    ['while a run is active', stages.journeys, [done], false],
    ['while a delivery is under way', ended, [crm], false],
    ['when all that is left is held or over', ended, [done], true],
  ])('answers %s', (_, journeys, activation, expected) => {
    expect(isSettled({ journeys, activation })).toBe(expected);
  });
});
