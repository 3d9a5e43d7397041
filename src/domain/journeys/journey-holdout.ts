import { isDrawn, type Arm, type Arms } from '../audiences/holdout';
import type { ProfileId } from '../ids';
import { own, withKey } from '../json';
import { weightsText } from './draw-variant';
import type { Enrollment } from './enrollment';
import type { JourneyDefinition } from './journey.schema';

/** Why a send was withheld from somebody whom chance holds out, though nothing else kept it: a ghost send. */
export const heldOut = 'holdout';

/** Why a send of a test was withheld, though it could have left. */
export const testSend = 'test';

/** Why a destination was not asked: it could not identify the person, or the mapping asks for what they have not. */
export const unreachable = 'unreachable';

/** The two arms, the one that others are compared with first. */
export const holdoutArms = ['holdout', 'treated'] as const;

/** How chance gives them: `holdout:10 treated:90`. */
export const armWeights = (percent: number): string =>
  weightsText([
    { key: 'holdout', weight: percent },
    { key: 'treated', weight: 100 - percent },
  ]);

/** The arms of audiences are under their key, which has no ":". */
const armKey = (journey: string): string => `journey:${journey}`;

/** Of which journey an arm is; nothing for those of audiences. */
export const journeyOfArm = (key: string): string | undefined =>
  key.startsWith('journey:') ? key.slice('journey:'.length) : undefined;

/** Gives somebody who enters a journey with a holdout their arm there, which they keep. */
export function withArm(
  { key, holdout }: Pick<JourneyDefinition, 'key' | 'holdout'>,
  arms: Arms | undefined,
  id: ProfileId,
  at: number,
): Arms | undefined {
  const name = armKey(key);
  if (!holdout || own(arms ?? {}, name)) return arms;
  return withKey(arms ?? {}, name, { isHeldOut: isDrawn(name, holdout.percent, id), at });
}

/** Which arm counts for a send: that of whom it speaks to, and by the same draw where they never entered themselves. */
export function armOf(
  { key, holdout }: Pick<JourneyDefinition, 'key' | 'holdout'>,
  { id, holdouts = {} }: { readonly id: ProfileId; readonly holdouts?: Arms },
): Pick<Arm, 'isHeldOut' | 'isContaminated'> | undefined {
  if (!holdout) return undefined;
  return own(holdouts, armKey(key)) ?? { isHeldOut: isDrawn(armKey(key), holdout.percent, id) };
}

/** Whether nothing of a journey can have left to somebody: they are held out, and were never of the other arm. */
export function isGhost(definition: Parameters<typeof armOf>[0], person: Parameters<typeof armOf>[1]): boolean {
  const arm = armOf(definition, person);
  return arm?.isHeldOut === true && arm.isContaminated !== true;
}

/** The run with its arm, from the first send on that left, or would have if it were not held out. */
export function withExposure(
  run: Enrollment,
  { holdout }: Pick<JourneyDefinition, 'holdout'>,
  arm: (typeof holdoutArms)[number] | undefined,
  at: number,
): Enrollment {
  if (!holdout || !arm || run.exposed) return run;
  return { ...run, exposed: { arm, at, percent: holdout.percent } };
}

/** Of which arm a settled delivery is proof; of none where something else kept it, which keeps both arms alike. */
export function armShownBy(status: string, reason: string | undefined): (typeof holdoutArms)[number] | undefined {
  if (reason === heldOut) return 'holdout';
  return status === 'withheld' || reason === unreachable ? undefined : 'treated';
}
