import { ada, aJourney, arrivedAt, aRun, facts, happened, hour, noon } from '../../testing/runs';
import { enrollmentId } from '../ids';
import type { JsonObject } from '../json';
import { signalEvent, signalName } from '../events/signal';
import { look, type FoundCause } from './move';
import { decideConversions, decideExit } from './routing';
import { step } from './step';
import { decideUpdate } from './update-run';

const approved = { signal: 'approved' };
const journey = aJourney(
  {
    ask: {
      type: 'wait-for',
      timeout: '2d',
      first: [
        { on: approved, next: 'yes' },
        { on: { signal: 'refused' }, next: 'no' },
      ],
      onTimeout: 'no',
    },
    yes: { type: 'exit' },
    no: { type: 'exit' },
  },
  {
    exits: [{ on: { signal: 'withdrawn' }, reason: 'withdrawn' }],
    goals: [{ key: 'won', on: approved, within: '7d', value: 'properties.total' }],
    updates: [{ on: { signal: 'changed' } }],
  },
);
const run = aRun('ask');

function told(signal: string, data: JsonObject = {}, enrollment: string = run.id): FoundCause {
  const { name, properties } = signalEvent(
    { id: '1', enrollment, signal, data, source: 's' },
    { type: 'user_id', value: 'u1' },
    noon,
  );
  return happened(name, 11, { properties });
}
const take = (...causes: FoundCause[]) => step(journey, run, look, facts({ causes }), noon + hour);

describe('a signal', () => {
  it('is waited for, and leads where its name says', () => {
    expect(take()).toMatchObject({
      to: 'wait',
      label: expect.stringContaining('waits for signal approved or signal refused') as string,
    });
    expect(take().run.waitingFor).toContain(`ws_1:prf_ada|${signalName}`);
    expect(arrivedAt(take(told('approved')))).toBe('yes');
    expect(arrivedAt(take(told('refused')))).toBe('no');
  });

  it('leaves what was sent with it to later steps', () => {
    expect(take(told('approved', { by: 'ann' })).run.steps).toMatchObject({
      ask: { event: { name: 'approved', properties: { by: 'ann' } }, profile: ada },
    });
  });

  it('reaches only the run that it names', () => {
    const other = told('approved', {}, enrollmentId('enr_2'));
    expect(take(other).to).toBe('wait');
    expect(decideExit(run, journey, told('withdrawn', {}, 'enr_2'))).toBeUndefined();
    expect(decideConversions(run, journey, other)).toEqual([]);
  });

  it('ends its run, converts, and updates the entry', () => {
    expect(decideExit(run, journey, told('withdrawn'))).toEqual({ reason: 'withdrawn', rule: 0 });
    expect(decideConversions(run, journey, told('approved', { total: 7 }))).toMatchObject([{ goal: 'won', value: 7 }]);
    const context = { profile: ada, ids: [ada], now: noon };
    expect(decideUpdate(run, journey, told('changed', { total: 9 }), context)?.entry.properties).toEqual({
      cart: 'c1',
      total: 9,
    });
  });
});
