import type { JsonObject } from '../json';
import { aJourney, aRun, day, facts, hour, noon, outcomeOf } from '../../testing/runs';
import type { Enrollment } from './enrollment';
import { look, type Exposed, type StepFacts } from './move';
import { JourneyDefinition } from './journey.schema';
import { runRoot } from './run-paths';
import { step } from './step';

const hero = { type: 'personalise', slot: 'hero', content: { text: 'Hello' }, for: '2d' } satisfies JsonObject;
const session = { ...hero, for: 'session' };
const gapMs = 30 * 60_000;
const minute = 60_000;

function take(of: JsonObject, at = noon, known: Partial<StepFacts> = {}, run: Partial<Enrollment> = {}) {
  const standing = aRun('hero', run);
  const root = runRoot(standing, { traits: { tier: 'gold' } });
  return step(aJourney({ hero: of }), standing, look, facts({ root, ...known }), at);
}
const shownAt = (...at: number[]): Exposed[] => at.map((one) => ({ at: one, isGhost: false }));

describe('content for a duration', () => {
  it('is what the run holds while it rests, and its label says where and until when', () => {
    expect(take({ ...hero, priority: 70 })).toMatchObject({
      to: 'wait',
      dueAt: noon + 2 * day,
      label: 'hero: shows hero, 2d, until 2026-03-03 12:00:00 UTC',
      names: [],
      run: { shows: { slot: 'hero', priority: 70, content: { text: 'Hello' }, until: noon + 2 * day } },
    });
    expect(take(hero).run.shows?.priority).toBe(50);
  });

  it('lasts for days of the calendar where the person lives, as a wait does', () => {
    const move = take({ ...hero, for: '30d' }, noon, { root: { traits: { timezone: 'Europe/Berlin' } } });
    expect(move.run.dueAt).toBe(noon + 30 * day - hour);
    expect(move.run.waitingFor).toContain('ws_1:prf_ada~timezone');
  });

  it('is gone when its time is over, and the run goes on as somebody who was told, or was not', () => {
    for (const [exposed, outcome] of [
      [[], 'not-shown'],
      [shownAt(noon + hour), 'shown'],
      [[{ at: noon, isGhost: true }], 'holdout'],
    ] as const) {
      const move = take(hero, noon + 2 * day, { exposed });
      expect(outcomeOf(move)).toBe(outcome);
      expect(move.run).not.toHaveProperty('shows');
    }
  });

  it('stays while something that was accepted in time may still end the run', () => {
    expect(take(hero, noon + 2 * day, { isIntakeBehind: true })).toMatchObject({
      to: 'wait',
      dueAt: noon + 2 * day + 2_000,
    });
  });

  it('is waked by what surfaces were told of it', () => {
    expect(take(hero).run.waitingFor).toEqual(
      expect.arrayContaining(['ws_1:prf_ada|heddle:shown', 'ws_1:prf_ada|heddle:would-show']),
    );
  });

  it('says on the path in how many sessions it was shown', () => {
    const { run } = take(hero, noon + day, { exposed: shownAt(noon + hour, noon + 5 * hour) });
    expect(run.path.at(-1)).toMatchObject({ step: 'hero', shown: 2 });
    expect(run.shows?.told).toEqual({ sessions: 2, at: noon + 5 * hour });
  });
});

describe('content', () => {
  const shown = (content: JsonObject) => take({ ...hero, content }).run.shows?.content;

  it('reads what began the run, at any depth, with a default, and leaves out what is not there', () => {
    expect(
      shown({
        cart: { from: 'entry.properties.cart' },
        lines: [{ total: { from: 'entry.properties.total' } }, { from: 'entry.properties.none' }, 'last'],
        colour: { from: 'entry.properties.colour', default: 'blue' },
        gone: { from: 'entry.properties.none' },
      }),
    ).toEqual({ cart: 'c1', lines: [{ total: 80 }, 'last'], colour: 'blue' });
  });

  it('never reads anything of the person', () => {
    expect(shown({ tier: { from: 'traits.tier' } })).toEqual({});
  });

  it('is that of now: an update of the entry, or another version, shows at the next look', () => {
    const entry = { at: noon, name: 'Started', properties: { cart: 'c2' }, cursor: {} };
    const of = { ...hero, content: { cart: { from: 'entry.properties.cart' } } };
    const before = take(of).run;
    expect(take(of, noon + hour, {}, { ...before, entry }).run.shows?.content).toEqual({ cart: 'c2' });
  });

  it('that is too large once its paths are read is not shown, and the run goes on', () => {
    const entry = { at: noon, name: 'Started', properties: { text: 'x'.repeat(9_000) }, cursor: {} };
    const move = take({ ...hero, content: { text: { from: 'entry.properties.text' } } }, noon, {}, { entry });
    expect(outcomeOf(move)).toBe('too-large');
  });

  it.each<[string, JsonObject, string]>([
    ['more than a page is to be told', { text: 'x'.repeat(8_192) }, 'bytes'],
    ['a path and something else', { text: { from: 'entry.name', transform: ['upper'] } }, '"from"'],
    ['no path', { text: { from: 'a..b' } }, '"from"'],
  ])('that is %s is refused', (_, content, why) => {
    const parsed = JourneyDefinition.safeParse({
      ...{ key: 'j', name: 'J', entry: { on: { event: 'A' } }, start: 'hero', steps: { hero: { ...hero, content } } },
    });
    expect(parsed.error?.issues[0]).toMatchObject({ message: expect.stringContaining(why) as string });
    expect(parsed.error?.issues[0]?.path.slice(0, 3)).toEqual(['steps', 'hero', 'content']);
  });
});

describe('content for a session', () => {
  const there = (lastAt: number) => ({ activity: { lastAt, wasThere: true, gapMs } });

  it('of somebody who is there lasts until nothing has been heard of them for half an hour', () => {
    const move = take(session, noon, there(noon - 5 * minute));
    expect(move).toMatchObject({ to: 'wait', dueAt: noon + 30 * minute, run: { shows: { slot: 'hero' } } });
    expect(move.run.shows).not.toHaveProperty('until');
    expect(take(session, noon + 30 * minute, there(noon + 20 * minute)).run.dueAt).toBe(noon + 50 * minute);
    expect(outcomeOf(take(session, noon + 50 * minute, there(noon + 20 * minute)))).toBe('not-shown');
  });

  it('of somebody who is not there waits for them to be told, to the end of the lifetime, and lasts for that session', () => {
    const away = { gapMs, wasThere: false };
    expect(take(session, noon + day, { activity: away })).toMatchObject({
      to: 'wait',
      dueAt: noon - hour + 90 * day,
      label: expect.stringContaining('the next session') as string,
      run: { shows: { slot: 'hero' } },
    });
    // They were there in between, and the page did not ask.
    expect(take(session, noon + day, { activity: { ...away, lastAt: noon + hour } }).to).toBe('wait');
    const told = { activity: { ...away, lastAt: noon + day }, exposed: shownAt(noon + day) };
    expect(take(session, noon + day, told).run.dueAt).toBe(noon + day + 30 * minute);
    expect(outcomeOf(take(session, noon + day + 30 * minute, told))).toBe('shown');
  });
});

describe('content in a journey with a holdout', () => {
  const journey = aJourney({ hero }, { holdout: { percent: 10 } });
  const exposedAs = (isGhost: boolean) =>
    step(journey, aRun('hero'), look, facts({ exposed: [{ at: noon + hour, isGhost }] }), noon + 2 * hour).run;

  it('gives the run its arm when it is told, or would have been', () => {
    expect(exposedAs(false).exposed).toEqual({ arm: 'treated', at: noon + hour, percent: 10 });
    expect(exposedAs(true).exposed).toEqual({ arm: 'holdout', at: noon + hour, percent: 10 });
    expect(exposedAs(true).path.at(-1)).not.toHaveProperty('shown');
    expect(step(journey, aRun('hero'), look, facts(), noon).run.exposed).toBeUndefined();
  });
});
