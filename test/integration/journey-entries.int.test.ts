import { poll } from '../../src/local/poll';
import { journey, JourneyHarness } from './journey-harness';

const day = 86_400_000;

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const isoIn = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('a journey that begins by a date, on Temporal', () => {
  it('begins when the date comes, waits through a restart of the workers, and sends once', async () => {
    const entry = { on: { date: 'traits.renews_at', offset: '-2d' }, key: 'properties.date' };
    const mail = { type: 'send', destination: 'crm', mapping: { of: { from: 'entry.properties.date' } } };
    const steps = { rest: { type: 'wait', for: '1d', next: 'mail' }, mail };
    await harness.publish(journey('renewal', steps, { entry }));
    const renewsAt = isoIn(2 * day + 1_500);
    const identify = (traits: { renews_at: string }) => harness.happen('identify', {}, { kind: 'identify', traits });
    await identify({ renews_at: isoIn(-day) });
    await identify({ renews_at: renewsAt });
    expect(await harness.runs('renewal')).toEqual([]);
    const comes = async () => {
      await harness.passTime();
      return (await harness.runs('renewal')).length > 0 || undefined;
    };
    expect(await poll(comes, { forMs: 20_000 })).toBe(true);
    const { workflowId, entry: began } = await harness.waitingAt('renewal', 'rest');
    expect(began).toMatchObject({ at: Date.parse(renewsAt) - 2 * day, properties: { date: renewsAt } });
    await harness.stopWorkers();
    await harness.startWorkers();
    await harness.fastForward(workflowId, day);
    await harness.ended('renewal');
    expect(harness.destination.got).toMatchObject([{ run: { entry: { properties: { date: renewsAt } } } }]);
  });
});
