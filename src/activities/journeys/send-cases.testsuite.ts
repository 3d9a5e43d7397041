import fc from 'fast-check';
import { isDrawn } from '../../domain/audiences/holdout';
import type { SendingPolicy } from '../../domain/delivery/sending-policy.schema';
import { profileId } from '../../domain/ids';
import { JourneyDefinition } from '../../domain/journeys/journey.schema';

const happenings = ['left', 'merge', 'migrate', 'update', 'deny', 'suppress', 'stop', 'move'] as const;
export type Happening = (typeof happenings)[number];
const answerKinds = ['ok', 'arrived', 'lost', 'transient', 'invalid'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** What happens right at an operation, by its name: chance alone would seldom have it there. */
type AtOperation = { readonly operation: string; readonly nth: number } & (
  | { readonly does: 'merge' | 'move' }
  /** They move to where somebody else has spoken. */
  | { readonly does: 'move-in' }
  /** The attempt is given up, and goes on after so many turns of others. */
  | { readonly does: 'stall'; readonly turns: number }
);

export interface Case {
  readonly hasDedup: boolean;
  /** The person is inside twice. */
  readonly isTwice: boolean;
  /** Of a run; as the journey's schema has it unless given. */
  readonly lifetime?: string;
  /** Whoever turns out to be the same person is inside as well. */
  readonly isOtherInside: boolean;
  /** Of two people, where the journey holds out half of them. */
  readonly heldOut: 'first' | 'second' | undefined;
  /** Each step speaks to a household once, and everybody is in one. */
  readonly isOncePerHousehold: boolean;
  readonly cap: SendingPolicy['caps'];
  readonly answers: readonly AnswerKind[];
  readonly happens: readonly Happening[];
  readonly at: AtOperation | undefined;
  /** At which of its operations each attempt is given up, and whether it goes on all the same. */
  readonly ends: readonly { readonly at: number; readonly goesOn: boolean }[];
  readonly picks: readonly number[];
}

/** Where the person or their household is read, where a place is taken or given back, and where the ledger is written. */
const operations = [
  'profiles.canonical',
  'sendPlaces.write',
  'householdSends.find',
  'householdSends.release',
  'deliveries.change',
];

const atOperations: fc.Arbitrary<AtOperation> = fc
  .record({
    operation: fc.constantFrom(...operations),
    nth: fc.integer({ min: 1, max: 8 }),
    does: fc.constantFrom('merge', 'move', 'move-in', 'stall'),
    turns: fc.integer({ min: 5, max: 60 }),
  })
  .map(({ operation, nth, does, turns }) => ({
    ...{ operation, nth },
    ...(does === 'stall' ? { does, turns } : { does }),
  }));

export const cases: fc.Arbitrary<Case> = fc.record({
  hasDedup: fc.boolean(),
  isTwice: fc.boolean(),
  isOtherInside: fc.boolean(),
  heldOut: fc.constantFrom(undefined, undefined, 'first', 'second'),
  isOncePerHousehold: fc.boolean(),
  cap: fc
    .option(
      fc.record({
        max: fc.integer({ min: 1, max: 2 }),
        per: fc.constant('1h'),
        then: fc.constantFrom('skip', 'delay'),
      }),
      { nil: undefined },
    )
    .map((cap) => cap && [cap]),
  answers: fc.array(fc.constantFrom(...answerKinds), { maxLength: 8 }),
  // Twice as many merges as chance would draw: what they may meet is the most.
  happens: fc
    .uniqueArray(fc.constantFrom(...happenings), { maxLength: 4 })
    .chain((drawn) => fc.constantFrom(drawn, [...new Set([...drawn, 'merge' as const])])),
  at: fc.option(atOperations, { nil: undefined }),
  ends: fc.array(fc.record({ at: fc.integer({ min: 1, max: 60 }), goesOn: fc.boolean() }), { maxLength: 6 }),
  picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 200 }),
});

/** Whether two turn out to be one. */
export const hasMerge = ({ happens, at }: Case): boolean => happens.includes('merge') || at?.does === 'merge';

const half = 50;

const firstTwo = [profileId('prf_1'), profileId('prf_2')];

/** A key by which chance holds out the one and not the other. */
function keyOf(heldOut: Case['heldOut']): string {
  if (heldOut === undefined) return 'j';
  const arms = [heldOut === 'first', heldOut === 'second'].join();
  const isSo = (key: string): boolean => firstTwo.map((id) => isDrawn(`journey:${key}`, half, id)).join() === arms;
  return Array.from({ length: 50 }, (_, n) => `j${n}`).find(isSo) ?? 'none';
}

/** The journey of a case, of which the first step has a name of its own in each version. */
export function journeyOf({ heldOut, isOncePerHousehold, lifetime }: Case, first: 'mail' | 'post'): JourneyDefinition {
  const send = {
    ...{ type: 'send', destination: 'mails' },
    ...(isOncePerHousehold && { once: { per: 'household', within: '300d' } }),
  };
  return JourneyDefinition.parse({
    ...{ key: keyOf(heldOut), name: 'J', purpose: 'news', start: first },
    entry: { on: { event: 'Started' }, key: 'properties.cart' },
    ...(heldOut && { holdout: { percent: half } }),
    ...(lifetime !== undefined && { lifetime }),
    exits: [{ on: { event: 'Left' }, reason: 'left' }],
    updates: [{ on: { event: 'Changed' }, resumeAt: 'again' }],
    steps: {
      [first]: { ...send, fallback: [{ destination: 'texts' }], next: 'again' },
      again: { ...send, next: 'bye' },
      bye: { type: 'exit', reason: 'bye' },
    },
  });
}
