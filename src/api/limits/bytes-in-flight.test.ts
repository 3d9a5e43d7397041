import fc from 'fast-check';
import { BytesInFlight, expectedBytes, type Reservation } from './bytes-in-flight';

const limits = { maxBodyBytes: 400, maxBytesInFlight: 1_000, maxKeyBytesInFlight: 500 };
const statusOf = (work: () => unknown): number => {
  try {
    work();
    return 200;
  } catch (error) {
    return (error as { status: number }).status;
  }
};

describe('BytesInFlight', () => {
  it('refuses one holder what is over its share, and all what is over the limit', () => {
    const flight = new BytesInFlight(limits);
    const reserve = (holder: string, bytes: number) => statusOf(() => flight.reserve(holder, bytes));
    expect([reserve('a', 300), reserve('a', 200), reserve('a', 1)]).toEqual([200, 200, 429]);
    expect([reserve('b', 400), reserve('c', 200), reserve('c', 100)]).toEqual([200, 503, 200]);
  });

  it('takes one body of anybody who has nothing in flight, however small its share', () => {
    const flight = new BytesInFlight({ ...limits, maxKeyBytesInFlight: 100 });
    expect(statusOf(() => flight.reserve('a', 400))).toBe(200);
  });

  it('lets through what has no body, whatever there is', () => {
    const flight = new BytesInFlight(limits);
    flight.reserve('a', 2_000);
    expect(statusOf(() => flight.reserve('a', 0))).toBe(200);
  });

  it('has nothing in flight when everything is answered', () => {
    const step = fc.record({ holder: fc.constantFrom('a', 'b'), bytes: fc.nat(400), actual: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const flight = new BytesInFlight(limits);
        const taken: Reservation[] = [];
        for (const { holder, bytes, actual } of steps) {
          if (statusOf(() => taken.push(flight.reserve(holder, bytes))) !== 200) continue;
          expect(flight.bytes).toBeLessThanOrEqual(limits.maxBytesInFlight);
          if (actual < bytes) taken.at(-1)?.resize(actual);
        }
        for (const reservation of [...taken, ...taken]) reservation.release();
        expect(flight.bytes).toBe(0);
      }),
    );
  });
});

describe('expectedBytes', () => {
  it.each([
    [{}, 0],
    [{ 'content-length': '30' }, 30],
    [{ 'content-length': '30', 'content-encoding': 'gzip' }, 240],
    [{ 'content-length': '300', 'content-encoding': 'br' }, 400],
    [{ 'transfer-encoding': 'chunked' }, 400],
  ])('of %j is %s', (headers, bytes) => {
    expect(expectedBytes({ headers }, 400)).toBe(bytes);
  });
});
