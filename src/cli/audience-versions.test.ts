import { runHeddle } from '../testing/run-heddle';

const instants = { createdAt: '2026-05-01T09:00:00.000Z', updatedAt: '2026-05-02T09:00:00.000Z' };
const serving = {
  ...{ key: 'vip', name: 'VIP', kind: 'live', public: false, rule: { trait: 'tier', is: 'set' }, isStarred: false },
  ...{ version: 1, size: 12, heldOut: 0, status: 'ready', ...instants },
};
const next = {
  ...{ version: 2, name: 'VIP', public: false, rule: { trait: 'ltv', is: 'set' }, startedAt: instants.updatedAt },
  ...{ progress: { done: 250, total: 1000 }, entering: 3, leaving: 1 },
};
const version = {
  name: 'VIP',
  kind: 'live',
  rule: serving.rule,
  public: false,
  savedAt: instants.createdAt,
  savedBy: 'k1',
};

const heddle = (body: object, ...argv: string[]) => runHeddle(() => ({ body }), ...argv);

describe('an audience whose rule is edited', () => {
  it('is listed with how far that is', async () => {
    const { out } = await heddle({ data: [{ ...serving, status: 'computing', next }] }, 'audiences', 'list');
    expect(out).toContain('vip         12  version 2 25 % ready        1  VIP');
  });

  it('is shown by the version that serves, with whom the next one will move', async () => {
    const { out } = await heddle({ ...serving, status: 'computing', next }, 'audiences', 'get', 'vip');
    expect(out).toContain(
      'vip  version 1  serves  12 members\nversion 2 25 % ready: 3 will enter and 1 leave, so far\n',
    );
  });

  it('has what serves again when that is cancelled', async () => {
    const { out, asked, code } = await heddle(serving, 'audiences', 'cancel-edit', 'vip');
    expect([code, out, asked]).toEqual([
      0,
      'vip  version 1  ready  12 members\n',
      ['POST /v1/audiences/vip/cancel-edit'],
    ]);
  });

  it('has versions that say when they served, or why they did not', async () => {
    const data = [
      { ...version, version: 4 },
      { ...version, version: 3, endedAs: 'cancelled' },
      { ...version, version: 2, served: { from: instants.updatedAt } },
      { ...version, version: 1, served: { from: instants.createdAt, until: instants.updatedAt } },
    ];
    const { out } = await heddle({ data }, 'audiences', 'versions', 'vip');
    expect(out.split('\n').map((line) => line.split(/ {2,}/).at(-1))).toEqual([
      ...['served', 'being prepared', 'cancelled', `since ${instants.updatedAt}`],
      ...[`${instants.createdAt} to ${instants.updatedAt}`, ''],
    ]);
  });
});
