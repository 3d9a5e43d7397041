import type { EventDoc } from '../store/documents';
import { aJourney } from '../testing/runs';
import { anEvent, aProfile, identifiers, noon, testWorkspace } from '../testing/builders';
import { beginLife } from './person';

const hour = 3_600_000;
const day = 24 * hour;
const journey = aJourney({ bye: { type: 'exit' } });

/** An event as it is stored. */
const stored = (
  name: string,
  of: { at: number; came: number; lane?: EventDoc['lane']; source?: string },
): EventDoc => ({
  ...anEvent({ name, occurredAt: of.at, receivedAt: of.came, ...(of.source !== undefined && { source: of.source }) }),
  ...{ _id: name, ws: testWorkspace, state: 'applied', lane: of.lane ?? 'live', n: 1 },
});

function lived(...events: EventDoc[]): (readonly [string, number])[] {
  const known = identifiers({ user_id: 'u1' }).map((one) => ({ ...one, firstSeenAt: noon }));
  const profile = aProfile('prf_1', { identifiers: known });
  const window = { from: noon - 30 * day, to: noon };
  const lives = { ws: testWorkspace, journeys: [journey], rulesetVersion: 1, window };
  const life = beginLife({ profile, events, groups: [], suppressions: new Map() }, lives);
  return life.events.map(({ name, receivedAt }) => [name, (receivedAt - noon) / hour]);
}

describe('the life of somebody who is simulated', () => {
  it('goes in the order of arrival, however late things came', () => {
    expect(
      lived(
        stored('Late', { at: noon - 9 * hour, came: noon - hour }),
        stored('Early', { at: noon - 3 * hour, came: noon - 2 * hour }),
        stored('Of after it', { at: noon, came: noon + hour }),
      ),
    ).toEqual([
      ['Early', -2],
      ['Late', -1],
    ]);
  });

  it('takes what was imported to have come when it happened, and not when it was loaded', () => {
    const loaded = { came: noon - hour, lane: 'bulk' } as const;
    expect(
      lived(
        stored('Second', { ...loaded, at: noon - 10 * day }),
        stored('Live', { at: noon - 5 * day, came: noon - 5 * day }),
        stored('First', { ...loaded, at: noon - 20 * day }),
        stored('Of the future', { ...loaded, at: noon + 5 * day }),
      ),
    ).toEqual([
      ['First', -480],
      ['Second', -240],
      ['Live', -120],
      ['Of the future', -1],
    ]);
  });

  it('leaves out what the journey itself has said in the window', () => {
    const of = { at: noon - hour, came: noon - hour };
    expect(lived(stored('Said', { ...of, source: `journey:${journey.key}` }), stored('Done', of))).toEqual([
      ['Done', -1],
    ]);
  });
});
