import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import { effectKey, isInside, type Enrollment } from '../../domain/journeys/enrollment';
import type { StepOf } from '../../domain/journeys/journey.schema';
import { presentSend } from '../../domain/journeys/steps/send';
import { stepOf } from '../../domain/journeys/step';
import type { Profile } from '../../domain/profiles/profile';
import { runRoot } from '../../domain/journeys/run-paths';
import { journeyOfRun } from '../../folding/journey-of-run';
import { readGroupFacts } from '../../folding/read-group-facts';
import type { JourneySend } from './journey-sender';
import type { RunRef } from './advance';
import type { JourneyDeps } from './journeys';
import type { Permission } from './permission';

export interface Visit {
  readonly step: string;
  readonly visit: number;
}

/** The send of one visit, with all that decides whether it may leave. */
export interface SendVisit {
  readonly ref: RunRef;
  readonly key: string;
  readonly run: Enrollment;
  readonly journey: CompiledJourney;
  readonly profile: Profile;
  readonly definition: StepOf<'send'>;
}

/** One that has asked whether it may leave. */
export interface AskedSend extends SendVisit {
  readonly permission: Permission;
}

/**
 * The name of an attempt: of its delivery, and since when it has the claim of the run. Two of one visit may be under way, and the first gives
 * back no place that the second has. A text, since an embedded store finds no number inside a document.
 */
export const attemptOf = ({ key, run }: { readonly key: string; readonly run: Pick<Enrollment, 'sending'> }): string =>
  `${key}@${run.sending?.at ?? 0}`;

/** Of two attempts of one visit the one that has the claim since later: what it has, the other leaves to it. */
export const laterAttempt = (one: string, other = ''): string => (other > one ? other : one);

/** `undefined` when the run has ended or moved on. */
export async function readSend(deps: JourneyDeps, ref: RunRef & Visit, key: string): Promise<SendVisit | undefined> {
  const run = await deps.store.enrollments.byId(ref.ws, ref.id);
  if (!run || !isInside(run) || run.step !== ref.step || effectKey(run) !== key) return undefined;
  const journey = await journeyOfRun(deps.store, ref.ws, run);
  const profile = await deps.store.profiles.canonical(ref.ws, run.profile);
  const step = journey && stepOf(journey, run);
  if (!profile || !journey || step?.type !== 'send') return undefined;
  return { ref, key, run, journey, profile, definition: presentSend(step, run) };
}

/** Writes its row in the ledger, unless there is one. */
export async function reserve(
  deps: JourneyDeps,
  { ref, key, run, profile, definition }: SendVisit,
  { consent, isTransactional }: Partial<Permission> = {},
  channel?: string,
): Promise<void> {
  const { id: enrollment, journey, version, step, arrivedAt, fallback } = run;
  const delivery = {
    ws: ref.ws,
    idempotencyKey: key,
    kind: 'journey' as const,
    destination: definition.destination,
    journey,
    version,
    step,
    enrollment,
    profile: profile.id,
    subject: run.subject,
    causedAt: arrivedAt,
    ...(consent && { consent }),
    ...(channel !== undefined && { channel }),
    ...(isTransactional && { isExempt: true as const }),
    ...(fallback !== undefined && { fallback }),
    ...(run.test && { isTest: true as const }),
  };
  await deps.store.deliveries.reserve([delivery], deps.clock());
}

/** What the visit sends at present has this key, while the run is there. */
export const keyOf = (run: Enrollment | undefined, { id, step, visit }: RunRef & Visit): string =>
  effectKey(run?.step === step && run.visit === visit ? run : { id, step, visit });

/** What the destination is asked. */
export async function requestOf(
  deps: JourneyDeps,
  { ref: { ws }, key, run, journey, profile, definition }: SendVisit,
): Promise<JourneySend> {
  const { paths } = await readGroupFacts(deps.store, ws, profile, deps.clock());
  return {
    ...{ ws, idempotencyKey: key, journey: journey.key, version: journey.version, step: run.step },
    ...{ enrollment: run.id, profile, definition, run: runRoot(run, paths), arrivedAt: run.arrivedAt },
  };
}
