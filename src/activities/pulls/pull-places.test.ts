import { workspaceId } from '../../domain/ids';
import { PullPlaces } from './pull-places';

const [ann, bob] = [workspaceId('ws_ann'), workspaceId('ws_bob')];

/** Places at a clock of their own, at which work ends when it is told to. */
function openPlaces(perWorkspace: number) {
  const at = { now: 0 };
  const places = new PullPlaces(perWorkspace, () => at.now);
  /** Begins to read a source; answers how that ends, or `undefined` when it has no place. */
  const begin = async (ws: typeof ann, source: string): Promise<(() => Promise<void>) | undefined> => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let hasBegun = false;
    const running = places.run(ws, source, () => {
      hasBegun = true;
      return ended;
    });
    if (!hasBegun) return void (await running);
    return async () => {
      end();
      await running;
    };
  };
  return { at, places, begin };
}

describe('the places of a workspace', () => {
  it('are so many, and another workspace has its own', async () => {
    const { begin } = openPlaces(2);
    const end = await begin(ann, 'a');
    expect(await begin(ann, 'b')).toBeDefined();
    expect(await begin(ann, 'c')).toBeUndefined();
    expect(await begin(bob, 'c')).toBeDefined();
    await end?.();
    expect(await begin(ann, 'c')).toBeDefined();
  });

  it('go to whoever has waited longest, and not to who has just had a turn', async () => {
    const { begin } = openPlaces(1);
    const end = await begin(ann, 'a');
    for (const late of ['b', 'c', 'b']) expect(await begin(ann, late)).toBeUndefined();
    await end?.();
    expect(await begin(ann, 'a')).toBeUndefined();
    expect(await begin(ann, 'c')).toBeUndefined();
    const next = await begin(ann, 'b');
    expect(next).toBeDefined();
    await next?.();
    expect(await begin(ann, 'a')).toBeUndefined();
    expect(await begin(ann, 'c')).toBeDefined();
  });

  it('are not kept for who has stopped asking', async () => {
    const { at, begin } = openPlaces(1);
    const end = await begin(ann, 'a');
    expect(await begin(ann, 'gone')).toBeUndefined();
    await end?.();
    at.now = 15_000;
    expect(await begin(ann, 'b')).toBeUndefined();
    at.now = 15_001;
    expect(await begin(ann, 'b')).toBeDefined();
  });

  it('are given back by work that fails', async () => {
    const { places, begin } = openPlaces(1);
    await expect(places.run(ann, 'a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await begin(ann, 'b')).toBeDefined();
  });
});
