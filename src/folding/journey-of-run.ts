import type { WorkspaceId } from '../domain/ids';
import type { CompiledJourney } from '../domain/journeys/compiled-journey';
import type { Enrollment } from '../domain/journeys/enrollment';
import { testedDraft } from '../domain/journeys/tested-draft';
import type { Store } from '../store/store';

/** What a run goes by: its version, or the draft that it tests. `undefined` when there is no such version any more. */
export async function journeyOfRun(
  { journeys }: Pick<Store, 'journeys'>,
  ws: WorkspaceId,
  { journey, version, test }: Pick<Enrollment, 'journey' | 'version' | 'test'>,
): Promise<CompiledJourney | undefined> {
  return testedDraft(test) ?? journeys.compiled(ws, journey, version);
}
