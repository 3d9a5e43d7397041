import type { DeliveryStatus } from '../../domain/delivery/delivery';
import type { WorkspaceId } from '../../domain/ids';
import type { Enrollment } from '../../domain/journeys/enrollment';
import { heldOut, isGhost, testSend } from '../../domain/journeys/journey-holdout';
import { runEnded } from '../../domain/journeys/outcomes';
import { journeyOfRun } from '../../folding/journey-of-run';
import type { JourneyDeps } from './journeys';

interface Ending {
  readonly status: DeliveryStatus;
  readonly reason: string;
}

const ranOut = 'retry-budget-used-up';

/** Of a run that has ended: an attempt that was never heard of again may have arrived; one that was not begun has not. */
export async function endOfEnded(
  deps: JourneyDeps,
  ws: WorkspaceId,
  run: Enrollment,
  wasBegun: boolean,
): Promise<Ending> {
  return wasBegun && !(await isOfGhost(deps, ws, run))
    ? { status: 'unknown', reason: 'interrupted' }
    : { status: 'withheld', reason: runEnded };
}

/** Where no attempt is left. Whom chance holds out goes on as those do of whom nobody knows. */
export async function endOfTries(
  deps: JourneyDeps,
  ws: WorkspaceId,
  run: Enrollment | undefined,
  wasBegun: boolean,
): Promise<Ending> {
  if (!run || !wasBegun) return { status: 'dead', reason: ranOut };
  return (await isOfGhost(deps, ws, run))
    ? { status: 'withheld', reason: run.test ? testSend : heldOut }
    : { status: 'unknown', reason: ranOut };
}

/** Of somebody whom chance holds out, and of a made-up person, nothing has left, however an attempt ended. */
async function isOfGhost({ store }: JourneyDeps, ws: WorkspaceId, run: Enrollment): Promise<boolean> {
  if (run.test) return true;
  const journey = await journeyOfRun(store, ws, run);
  if (!journey?.definition.holdout) return false;
  const profile = await store.profiles.canonical(ws, run.profile);
  return profile !== undefined && isGhost(journey.definition, profile);
}
