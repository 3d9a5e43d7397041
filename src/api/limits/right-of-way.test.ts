import { RightOfWay } from './right-of-way';

/** A promise that the test settles. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

const long = 3_600_000;

describe('RightOfWay', () => {
  it('lets long work go on at once when nothing short is under way', async () => {
    await new RightOfWay(long).giveWay();
  });

  it('keeps long work waiting until all short work is done, also what came later or failed', async () => {
    const way = new RightOfWay(long);
    const order: string[] = [];
    const [first, second] = [gate(), gate()];
    const short = [
      way.first(async () => {
        await first.passed;
        order.push('first');
      }),
      way.first(async () => {
        await second.passed;
        order.push('second');
        throw new Error('failed');
      }),
    ];
    const longs = [1, 2].map(async (n) => {
      await way.giveWay();
      order.push(`long ${n}`);
    });
    first.open();
    await short[0];
    second.open();
    await Promise.allSettled([...short, ...longs]);
    expect(order).toEqual(['first', 'second', 'long 1', 'long 2']);
    await way.giveWay();
  });

  it('never keeps long work waiting for good', async () => {
    const way = new RightOfWay(1);
    const never = gate();
    const short = way.first(() => never.passed);
    await way.giveWay();
    await way.giveWay();
    never.open();
    await short;
  });
});
