import { compareVariants } from '../../domain/impact/experiment';
import type { WorkspaceId } from '../../domain/ids';
import type { StepFacts } from '../../domain/journeys/move';
import type { StepOf } from '../../domain/journeys/journey.schema';
import { isTimeUp } from '../../store/mongo-errors';
import type { JourneyDeps } from './journeys';

/** Experiments are asked for a winner this often, by whichever run comes to a split. */
const everyMs = 60_000;
/** A run waits for the answer no longer than this. */
const withinMs = 3_000;

/** Which variant of a split that goes on with the winner has won. What decides is kept: it is for good. */
export async function readWinner(
  deps: JourneyDeps,
  of: { readonly ws: WorkspaceId; readonly journey: string },
  step: StepOf<'split'>,
): Promise<Pick<StepFacts, 'winner'>> {
  if (step.winner !== 'auto') return {};
  const { experiments } = deps.store;
  const known = await experiments.decision(of.ws, step.experiment);
  if (known) return { winner: known.variant };
  const now = deps.clock();
  if (!(await experiments.takeTurn(of.ws, step.experiment, now, everyMs))) return {};
  await decide(deps, of, step, now);
  const decision = await experiments.decision(of.ws, step.experiment);
  return decision ? { winner: decision.variant } : {};
}

async function decide(
  { store }: JourneyDeps,
  { ws, journey }: { readonly ws: WorkspaceId; readonly journey: string },
  { experiment, variants: defined }: StepOf<'split'>,
  at: number,
): Promise<void> {
  const arms = await store.impact.experiments.arms(ws, experiment, withinMs).catch((error: unknown) => {
    if (isTimeUp(error)) return [];
    throw error;
  });
  const { verdict, variants, contaminated, sampleRatio } = compareVariants(
    defined.map(({ key }) => key),
    arms,
  );
  if (verdict.winner === undefined) return;
  const figures = { variants, contaminated, ...(sampleRatio && { sampleRatio }) };
  await store.experiments.decide(ws, experiment, { variant: verdict.winner, at, journey, figures });
}
