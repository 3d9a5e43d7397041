import { runHeddle } from '../testing/run-heddle';

const visited = (step: string, visit: number, outcome: string) => ({
  ...{ step, visit, outcome },
  at: '2026-05-01T09:00:00.000Z',
});
const sent = (visit: number, fallback?: number) => ({
  id: `dlv_${visit}_${fallback ?? 0}`,
  idempotencyKey: `enr_1:remind:${visit}${fallback === undefined ? '' : `:${fallback}`}`,
  ...{ enrollment: 'enr_1', step: 'remind', status: 'withheld', reason: 'test', fallback },
  destination: fallback === undefined ? 'crm' : 'sms',
  sandbox: { method: 'POST', url: 'https://crm.test', body: `visit ${visit}` },
});
/** Newest first, as they are listed: of an earlier run too. */
const deliveries = [sent(12), sent(2), sent(1, 1), sent(1), { ...sent(1), id: 'dlv_old', enrollment: 'enr_0' }];
const path = [
  ...[visited('remind', 1, 'withheld'), visited('rest', 1, 'waited'), visited('remind', 2, 'withheld')],
  ...[visited('remind', 12, 'withheld'), visited('bye', 1, 'done')],
];
const ended = { id: 'enr_1', profileId: 'prf_1', endedAt: '2026-05-01T09:01:00.000Z', why: 'completed at bye', path };

it('shows below each visit of a step what it would have sent, and nothing of its other visits', async () => {
  const answer = ({ method, url }: { readonly method: string; readonly url: string }) => {
    if (method === 'POST') return { body: { id: 'enr_1' } };
    return { body: url.includes('/deliveries') ? { data: deliveries } : ended };
  };
  const { code, out } = await runHeddle(answer, 'journeys', 'test', 'cart');
  expect(code).toBe(0);
  const walked = out.split('\n').map((line) => line.replace(/ {2}2026.*|: POST https:\/\/crm.test/, ''));
  expect(walked).toEqual([
    'enr_1',
    'remind  1',
    '  remind would send to crm visit 1',
    '  remind would send to sms visit 1',
    'rest  1',
    'remind  2',
    '  remind would send to crm visit 2',
    'remind  12',
    '  remind would send to crm visit 12',
    'bye  1',
    'completed at bye',
    '',
  ]);
});
