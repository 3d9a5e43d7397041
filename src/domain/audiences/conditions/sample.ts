import { shareOf } from '../../share';
import type { ConditionKind } from '../condition-kind';
import type { SampleCondition } from '../rule.schema';
import { no, yes } from '../rule-view';

/**
 * `{ "sample": { "percent": 10, "salt": "pilot" } }`: the same people for good, of those there are and of those to come. Of two samples with
 * one salt the smaller is part of the larger; with two they have nothing to do with each other.
 */
export const sample: ConditionKind<SampleCondition> = {
  compile({ sample: { percent, salt } }) {
    const most = percent / 100;
    return (view) => (shareFor(salt, view.id) < most ? yes : no);
  },
  // A profile keeps its id.
  reads: () => undefined,
  check: () => [],
  actual: ({ sample: { salt } }, view) => Math.floor(10_000 * shareFor(salt, view.id)) / 100,
};

const shareFor = (salt = '', id: string): number => shareOf(`${salt}:${id}`);
