import { workspaceId } from '../../domain/ids';
import { Problem } from '../problem';
import { Rates, type RateLimits } from './rates';

const limits: RateLimits = {
  windowSeconds: 10,
  processes: 1,
  workspaceEvents: 15,
  keyEvents: 10,
  workspaceRequests: 2,
  keyRequests: 1,
  workspaceDecisions: 3,
  keyDecisions: 2,
};
const caller = (keyId: string, ratePerSecond?: number, ws = 'ws_1') => ({
  ws: workspaceId(ws),
  keyId,
  ...(ratePerSecond !== undefined && { ratePerSecond }),
});
const refusal = async (work: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw new Error('Nothing was refused.');
};

describe('Rates', () => {
  it('says with each answer how much is left, for the key and for its workspace', async () => {
    const rates = new Rates(limits);
    expect(await rates.take(caller('k1'), 'events', 30)).toEqual({
      'RateLimit-Policy': '"key-events";q=100;w=10, "workspace-events";q=150;w=10',
      RateLimit: '"key-events";r=70;t=10, "workspace-events";r=120;t=10',
    });
  });

  it('refuses a batch that does not fit as a whole, and leaves what there was for a smaller one', async () => {
    const rates = new Rates(limits);
    await rates.take(caller('k1'), 'events', 90);
    const { status, headers } = await refusal(rates.take(caller('k1'), 'events', 11));
    expect(status).toBe(429);
    expect(headers['Retry-After']).toMatch(/^\d+$/);
    expect(headers['RateLimit']).toContain('"key-events";r=10;');
    expect(await rates.take(caller('k1'), 'events', 10)).toMatchObject({
      RateLimit: expect.stringContaining('"key-events";r=0;') as string,
    });
  });

  it('refuses for the workspace what its keys send together, and for no other workspace', async () => {
    const rates = new Rates(limits);
    await rates.take(caller('k1'), 'events', 100);
    const { message } = await refusal(rates.take(caller('k2'), 'events', 60));
    expect(message).toContain('workspace');
    await rates.take(caller('k2'), 'events', 50);
    await rates.take(caller('k1', undefined, 'ws_2'), 'events', 100);
  });

  it('counts events and requests apart', async () => {
    const rates = new Rates(limits);
    await rates.take(caller('k1'), 'events', 100);
    await rates.take(caller('k1'), 'requests', 10);
    expect((await refusal(rates.take(caller('k1'), 'requests', 1))).status).toBe(429);
  });

  it('gives a key the rate of its own, more or less than the usual', async () => {
    const rates = new Rates(limits);
    await rates.take(caller('large', 12), 'events', 120);
    expect((await refusal(rates.take(caller('small', 2, 'ws_2'), 'events', 21))).status).toBe(413);
  });

  it('lets each of several processes take its share', async () => {
    const rates = new Rates({ ...limits, processes: 4 });
    await rates.take(caller('k1'), 'events', 25);
    expect((await refusal(rates.take(caller('k1'), 'events', 1))).status).toBe(429);
  });

  it('says 413 of a batch that would never fit', async () => {
    expect((await refusal(new Rates(limits).take(caller('k1'), 'events', 101))).status).toBe(413);
  });

  it('refuses before a body is read only who has nothing left', async () => {
    const rates = new Rates(limits);
    await rates.take(caller('k1'), 'events', 99);
    await rates.demandRoom(caller('k1'), 'events');
    await rates.take(caller('k1'), 'events', 1);
    expect((await refusal(rates.demandRoom(caller('k1'), 'events'))).status).toBe(429);
  });

  it('begins anew with the next window', async () => {
    jest.useFakeTimers();
    try {
      const rates = new Rates(limits);
      await rates.take(caller('k1'), 'events', 100);
      jest.advanceTimersByTime(10_001);
      await rates.take(caller('k1'), 'events', 100);
    } finally {
      jest.useRealTimers();
    }
  });
});
