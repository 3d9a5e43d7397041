import { effectKey, type Enrollment } from '../../domain/journeys/enrollment';
import type { StepOf } from '../../domain/journeys/journey.schema';
import { handOver } from '../../domain/journeys/hand-over';
import { stepOf } from '../../domain/journeys/step';
import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import type { Profile } from '../../domain/profiles/profile';
import { inTransaction } from '../../store/open-store';
import type { RunRef } from './advance';
import type { JourneyDeps } from './journeys';
import { readPermission } from './permission';
import { requestOf } from './send-visit';

/** Members asked whether they can be reached, in the order of joining. */
const askedAtMost = 50;

interface Choice {
  readonly ref: RunRef;
  readonly journey: CompiledJourney;
  readonly run: Enrollment;
  readonly actor: Profile;
}

/**
 * Decides, at the first send of a household's run, to whom it speaks from now on: the first member whom the send's policy allows and the
 * destination can reach; who began the run, where there is none. Writes the run under `readRev`, and answers nothing: whoever was first,
 * the run is read again.
 */
export async function chooseRecipient(deps: JourneyDeps, choice: Choice, readRev: number): Promise<void> {
  const { ref, run, actor } = choice;
  const recipient = (await firstReachable(deps, choice)) ?? actor;
  const enrollment = { ...handOver(ref.ws, run, recipient), rev: readRev + 1 };
  await inTransaction(deps.store.connection, async (session) => {
    // The fold looks for runs of those only who are known to have some. Who was merged or erased meanwhile is spoken to by nobody.
    if (!(await deps.store.profiles.noteEnrollments(ref.ws, recipient.id, session))) return;
    await deps.store.enrollments.write(ref.ws, [{ enrollment, readRev }], session);
  });
}

async function firstReachable(deps: JourneyDeps, choice: Choice): Promise<Profile | undefined> {
  const { ref, journey, run } = choice;
  const definition = stepOf(journey, run);
  if (definition?.type !== 'send' || !run.household) return undefined;
  const household = { type: 'household', key: run.household.key } as const;
  for (const { profile: id } of await deps.store.groups.firstMembers(ref.ws, household, askedAtMost)) {
    const profile = await deps.store.profiles.canonical(ref.ws, id);
    if (profile && (await isReachable(deps, choice, profile, definition))) return profile;
  }
  return undefined;
}

async function isReachable(
  deps: JourneyDeps,
  { ref, journey, run }: Choice,
  profile: Profile,
  definition: StepOf<'send'>,
): Promise<boolean> {
  const { destination, action } = definition;
  const to = await deps.sender.state(ref.ws, destination, action);
  const { purpose } = journey.definition;
  const { withheld } = await readPermission(deps, { ws: ref.ws, profile, destination, purpose, to });
  if (withheld !== undefined) return false;
  return deps.sender.reaches(await requestOf(deps, { ref, key: effectKey(run), run, journey, profile, definition }));
}
