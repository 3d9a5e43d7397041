import type { ProfileId } from '../ids';
import { own } from '../json';
import { shareOf } from '../share';

/** On which side of an audience's holdout somebody is, for good, and since when they could have been sent. */
export interface Arm {
  readonly isHeldOut: boolean;
  readonly at: number;
  /** Two profiles of different arms turned out to be one person: held out by now, and not to be measured. */
  readonly isContaminated?: true;
}

/** By audience; those of journeys as `journey:key`. */
export type Arms = Readonly<Record<string, Arm>>;

/** Whom chance holds out: the same people for good, of a larger percentage more of them, and of no other audience the same. */
export const isDrawn = (audience: string, percent: number, id: ProfileId): boolean =>
  shareOf(`holdout:${audience}:${id}`) < percent / 100;

/** What one person is who was two: held out where either was. */
export function uniteArms(one: Arms = {}, other: Arms = {}): Arms {
  const both = Object.entries(one).map(([audience, arm]) => {
    const found = own(other, audience);
    return [audience, found ? uniteArm(arm, found) : arm] as const;
  });
  return { ...other, ...Object.fromEntries(both) };
}

function uniteArm(one: Arm, other: Arm): Arm {
  const isContaminated = one.isHeldOut !== other.isHeldOut || one.isContaminated || other.isContaminated;
  return {
    isHeldOut: one.isHeldOut || other.isHeldOut,
    at: Math.min(one.at, other.at),
    ...(isContaminated && { isContaminated: true }),
  };
}

/** As a field of whatever has arms: absent when there are none. */
export const armsField = (arms: Arms | undefined): { readonly holdouts?: Arms } =>
  arms && Object.keys(arms).length > 0 ? { holdouts: arms } : {};
