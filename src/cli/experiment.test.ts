import { runHeddle } from '../testing/run-heddle';

const against = {
  ...{ difference: 0.04, interval: [0.027, 0.053], anytime: [0.019, 0.061], p: 7.1e-10 },
  ...{ lift: 0.4, liftInterval: [0.26, 0.56] },
};
const report = {
  ...{
    experiment: 'subject',
    journey: 'cart',
    winner: 'auto',
    sinceWon: 1_200,
    hasOtherWeights: true,
    contaminated: 3,
  },
  variants: [
    { variant: 'plain', exposed: 5_000, converted: 500, rate: 0.1, value: {} },
    { variant: 'urgent', exposed: 5_000, converted: 700, rate: 0.14, value: {}, against },
    { variant: 'none', exposed: 0, converted: 0, rate: null, value: {} },
  ],
  verdict: { kind: 'won', winner: 'urgent', text: '"urgent" is better.' },
  decided: { variant: 'urgent', at: '2026-05-01T09:00:00.000Z', journey: 'cart', variants: [], contaminated: 3 },
};

it('shows how variants compare, the verdict, and what is not in the figures', async () => {
  const argv = ['journeys', 'experiment', 'cart', 'subject'];
  const { code, out, asked } = await runHeddle(() => ({ body: report }), ...argv);
  expect([code, asked]).toEqual([0, ['GET /v1/journeys/cart/experiments/subject']]);
  expect(out).toMatch(/urgent +5,000 +700 +14\.0% +4\.0% +1\.9% to 6\.1% +7\.1e-10 +40\.0%/);
  expect(out).toMatch(/none +0 +0 +–/);
  expect(out).toContain(`"urgent" is better.
Since 2026-05-01T09:00:00.000Z newcomers get "urgent": 1,200 by now.
3 are left out: they were two people with different variants.
The weights were changed while people came.
`);
});
