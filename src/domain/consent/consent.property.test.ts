import fc from 'fast-check';
import { aFold, anEvent, aRuleset, day, noon } from '../../testing/builders';
import { FoldedWorld } from '../../testing/folded-world';
import type { Event } from '../events/event';
import { foldEvents } from '../profiles/fold/fold';
import { consentStatuses, type Profile } from '../profiles/profile';
import { ProfileFull } from '../profiles/profile-limits';
import { readConsent, type ConsentStatement } from './read-consent';

const purposes = ['ads', 'mail', '__proto__'];
const statement = fc.record({
  purpose: fc.constantFrom(...purposes),
  status: fc.constantFrom(...consentStatuses),
  at: fc.integer({ min: 0, max: 4 }).map((days) => noon + days * day),
  by: fc.constantFrom(
    { user_id: 'u1' },
    { anonymous_id: 'a1' },
    { user_id: 'u1', anonymous_id: 'a1' },
    { email: 'e1' },
  ),
  isBanner: fc.boolean(),
});
type Stated = typeof statement extends fc.Arbitrary<infer One> ? One : never;

const latest = noon + 10 * day;
function toEvent({ purpose, status, at, by, isBanner }: Stated): Event {
  const banner = { categoryPreferences: Object.fromEntries([[purpose, status === 'granted']]) };
  const record = { status, at: new Date(at).toISOString() };
  const consent = isBanner ? banner : { records: Object.fromEntries([[purpose, record]]) };
  return anEvent({ context: { consent }, by, occurredAt: isBanner ? at : latest, receivedAt: latest });
}
/** Ties everybody together, whatever order the statements came in. */
const meeting = () => anEvent({ by: { user_id: 'u1', anonymous_id: 'a1', email: 'e1' }, receivedAt: latest });

const protection = ['granted', 'revoked', 'denied'];
/** The plain definition: the newest statement, and of several at one instant the one that protects most. */
function expected(events: readonly Event[]): Record<string, string> {
  const newest = new Map<string, ConsentStatement>();
  for (const said of events.flatMap((event) => readConsent(event).statements)) {
    const other = newest.get(said.purpose);
    const isStronger = protection.indexOf(said.status) > protection.indexOf(other?.status ?? '');
    if (!other || said.at > other.at || (said.at === other.at && isStronger)) newest.set(said.purpose, said);
  }
  return Object.fromEntries([...newest].map(([purpose, { status, at }]) => [purpose, `${status} ${at}`]));
}

const statusesOf = ({ consent }: Profile): Record<string, string> =>
  Object.fromEntries(Object.entries(consent).map(([purpose, { status, at }]) => [purpose, `${status} ${at}`]));

function foldAll(events: readonly Event[], batchSize = 1): Profile[] {
  const world = new FoldedWorld(aRuleset({}));
  world.apply([...events, meeting()], latest, batchSize);
  return world.living();
}

describe('consent, from any statements in any order, repeated, before and after merges', () => {
  it('is the newest statement', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (stated, batchSize) => {
        const events = stated.map(toEvent);
        const repeated = [...events, ...stated.slice(0, 3).map(toEvent)];
        const people = foldAll(repeated, batchSize);
        expect(people).toHaveLength(1);
        expect(people.map(statusesOf)).toEqual([expected(events)]);
      }),
    );
  });

  it('is the same down to the event that said so, whatever the order of arrival', () => {
    const shuffled = fc.array(statement, { minLength: 1, maxLength: 8 }).chain((stated) => {
      const events = stated.map(toEvent);
      return fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }));
    });
    fc.assert(
      fc.property(shuffled, ([events, others]) => {
        expect(foldAll(others).map(({ consent }) => consent)).toEqual(foldAll(events).map(({ consent }) => consent));
      }),
    );
  });

  it('never loses a denial but to a later grant', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 8 }), statement, (stated, denial) => {
        const events = [...stated, { ...denial, status: 'denied' as const }].map(toEvent);
        const [person] = foldAll(events);
        const { status, at = 0 } =
          Object.entries(person?.consent ?? {}).find(([key]) => key === denial.purpose)?.[1] ?? {};
        expect(status === 'granted' ? at > denial.at : at >= denial.at).toBe(true);
      }),
    );
  });
});

describe('an event that speaks of ten thousand purposes', () => {
  it('is given up, and the profile stays as it is', () => {
    const categoryPreferences = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`p${n}`, true]));
    const event = anEvent({ context: { consent: { categoryPreferences } } });
    expect(() => foldEvents(aFold({ ruleset: aRuleset({}), events: [event] }))).toThrow(ProfileFull);
  });
});
