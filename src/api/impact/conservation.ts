import { addConservations, conserveMembers, conserveSends, type Conservation } from '../../domain/impact/conservation';
import { sendStepsOf, type SendStepRef } from '../../domain/impact/send-steps';
import type { WorkspaceId } from '../../domain/ids';
import type { LedgerRow } from '../../store/impact-deliveries';
import type { SendVisits } from '../../store/impact-journeys';
import type { Store } from '../../store/store';

export type ImpactStore = Pick<Store, 'impact' | 'journeys'>;

interface Visits {
  readonly visits: readonly (SendVisits & { readonly destination: string })[];
  readonly isPathCut: boolean;
}

/**
 * Whether what runs and syncs say they emitted since `from` is in the ledger, by destination. The ledger is written before a run moves
 * on and after it decided, so a reading in the middle of a send may be off by it for as long as that takes.
 */
export async function checkConservation(
  { impact, journeys }: ImpactStore,
  ws: WorkspaceId,
  from: number,
  only?: string,
): Promise<ReadonlyMap<string, Conservation>> {
  const of = only === undefined ? {} : { destination: only };
  const [rows, syncs, sent] = await Promise.all([
    impact.deliveries.states(ws, from, of),
    impact.deliveries.syncs(ws, only),
    readVisits({ impact, journeys }, ws, from, only),
  ]);
  const destinations = new Set([
    ...rows.map(({ destination }) => destination),
    ...syncs.keys(),
    ...sent.visits.map(({ destination }) => destination),
    ...(only === undefined ? [] : [only]),
  ]);
  return new Map(
    [...destinations].map((key) => [
      key,
      addConservations([
        conserveSends(
          sent.visits.filter(({ destination }) => destination === key).map(asEnded),
          rowsOf(rows, key, 'journey'),
          sent.isPathCut,
        ),
        conserveMembers(rowsOf(rows, key, 'audience'), syncs.get(key) ?? { begun: 0, rows: 0, changing: 0 }),
      ]),
    ]),
  );
}

/** Visits of send steps, journey by journey, each with the destination that its version names. */
async function readVisits(
  { impact, journeys }: ImpactStore,
  ws: WorkspaceId,
  from: number,
  only: string | undefined,
): Promise<Visits> {
  const all = sendStepsOf(await journeys.compiledVersions(ws));
  const steps = all.filter(({ destination }) => only === undefined || destination === only);
  const visits: Visits['visits'][number][] = [];
  let isPathCut = false;
  for (const key of new Set(steps.map(({ journey }) => journey))) {
    const names = new Set(steps.filter(({ journey }) => journey === key).map(({ step }) => step));
    const reached = await impact.journeys.visitsReached(ws, key, { steps: [...names], from });
    isPathCut ||= reached.isPathCut;
    for (const visit of reached.visits) {
      const step = steps.find((each) => isAt(each, key, visit));
      if (step) visits.push({ ...visit, destination: step.destination });
    }
  }
  return { visits, isPathCut };
}

const isAt = (step: SendStepRef, journey: string, visit: SendVisits): boolean =>
  step.journey === journey && step.version === visit.version && step.step === visit.step;

/** The reason of an exit rule is the user's and may be called like a state. */
const asEnded = ({ isCut, outcome, count }: SendVisits) =>
  isCut || outcome === undefined ? { count } : { outcome, count };

const rowsOf = (rows: readonly LedgerRow[], key: string, kind: LedgerRow['kind']): LedgerRow[] =>
  rows.filter((row) => row.destination === key && row.kind === kind && !row.isFallback);
