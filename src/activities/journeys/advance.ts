import { ApplicationFailure } from '@temporalio/activity';
import type { EnrollmentId, WorkspaceId } from '../../domain/ids';
import { describeRun } from '../../domain/journeys/describe-run';
import { effectKey, endEnrollment, isInside, saidKey, type Enrollment } from '../../domain/journeys/enrollment';
import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import { omit, own } from '../../domain/json';
import { look, type Move, type StepCause } from '../../domain/journeys/move';
import { needsRecipient } from '../../domain/journeys/hand-over';
import { runMoved } from '../../domain/journeys/outcomes';
import { seenTo } from '../../domain/journeys/left';
import type { Next } from '../../domain/journeys/next';
import { step } from '../../domain/journeys/step';
import { strongestOf } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import { journeyOfRun } from '../../folding/journey-of-run';
import { chooseRecipient } from './choose-recipient';
import { readFacts } from './advance-facts';
import { changeDelivery } from './change-delivery';
import type { JourneyDeps } from './journeys';
import { giveUp } from './deliver';
import { endOfEnded } from './unheard-send';

export interface RunRef {
  readonly ws: WorkspaceId;
  readonly id: EnrollmentId;
  /** Workflow time. */
  readonly now: number;
}

const readsAtMost = 20;

/** Takes steps until one needs time or the outside. Whatever another writer changes meanwhile is read again. */
export async function advanceRun(
  deps: JourneyDeps,
  ref: RunRef & { readonly gaveUp?: { readonly step: string; readonly visit: number } },
): Promise<Next> {
  if (!ref.gaveUp) return advanceFrom(deps, ref, look);
  const { cause, key } = await giveUp(deps, ref, ref.gaveUp);
  return advanceFrom(deps, ref, cause, key);
}

/** `cause` is news of the delivery `of`; a run that has come further has had the news. */
export async function advanceFrom(deps: JourneyDeps, ref: RunRef, cause: StepCause, of?: string): Promise<Next> {
  for (let reads = 0; reads < readsAtMost; reads += 1) {
    const run = await deps.store.enrollments.byId(ref.ws, ref.id);
    if (!run) return { do: 'exit', reason: 'gone' };
    const isNews = of === undefined || of === effectKey(run);
    const next = await advanceOnce(deps, ref, run, isNews ? cause : look);
    if (!next) continue;
    if (of === undefined) observeLateness(deps, ref, run);
    return next;
  }
  throw ApplicationFailure.create({ type: 'Contended', message: 'Contended' });
}

/** A run that was still inside and due has been waked by its timer, or by the clock in its place. */
function observeLateness({ metrics }: JourneyDeps, { now }: RunRef, run: Enrollment): void {
  if (isInside(run) && run.dueAt !== undefined && now >= run.dueAt)
    metrics.timerLateness.observe((now - run.dueAt) / 1_000);
}

/** One reading of the run; `undefined` when another writer was first. */
async function advanceOnce(
  deps: JourneyDeps,
  ref: RunRef,
  run: Enrollment,
  cause: StepCause,
): Promise<Next | undefined> {
  await withholdLeft(deps, ref, run);
  if (!isInside(run)) return acknowledgeEnd(deps, ref, run);
  const [journey, profile] = await Promise.all([
    journeyOfRun(deps.store, ref.ws, run),
    deps.store.profiles.canonical(ref.ws, run.profile),
  ]);
  if (!journey || !profile) {
    const reason = journey ? 'profile-gone' : 'journey-gone';
    await deps.store.enrollments.write(ref.ws, [
      { enrollment: endEnrollment(run, { status: 'failed', reason }, ref.now), readRev: run.rev },
    ]);
    return undefined;
  }
  return new Walk(deps, ref, journey, profile, run).go(cause);
}

/** Sends of visits that the run was taken away from are made by nobody any more; they are said to be until that is stored. */
async function withholdLeft(deps: JourneyDeps, { ws }: RunRef, { left = [] }: Enrollment): Promise<void> {
  for (const idempotencyKey of left)
    await changeDelivery(deps, ws, { idempotencyKey, status: 'withheld', reason: runMoved, now: deps.clock() });
}

/** The run of steps from one that was stored to the next that is. */
class Walk {
  #stored: Enrollment;
  #run: Enrollment;
  #profile: Profile;

  constructor(
    readonly deps: JourneyDeps,
    readonly ref: RunRef,
    readonly journey: CompiledJourney,
    profile: Profile,
    run: Enrollment,
  ) {
    this.#profile = profile;
    this.#stored = run;
    this.#run = { ...seenTo(run), status: 'active' };
  }

  async go(cause: StepCause): Promise<Next | undefined> {
    for (let move = await this.#take(cause); ; move = await this.#take(look)) {
      await withholdLeft(this.deps, this.ref, move.run);
      this.#run = seenTo(move.run);
      if (move.to === 'end') return this.#end(move.run);
      if (move.to === 'record') await this.#record(move);
      if (move.to === 'deliver') return needsRecipient(move.run) ? this.#choose() : this.#deliver(move);
      if (move.to !== 'wait') continue;
      const rested = await this.#rest(move);
      if (rested !== 'look') return rested;
    }
  }

  /** One that ends where it has set out to send, by its lifetime say, is stored as whoever else ends it would: what has become of the send is said after that. */
  async #end(run: Enrollment): Promise<Next | undefined> {
    const { deps, ref } = this;
    const stored = this.#stored;
    const isUnsettled = effectKey(run) === effectKey(stored) && run.effects === stored.effects;
    const isAtSend = own(this.journey.definition.steps, run.step)?.type === 'send';
    if (!isUnsettled || !isAtSend) return finish(deps, ref, run, stored.rev);
    await deps.store.enrollments.write(ref.ws, [{ enrollment: { ...run, rev: stored.rev + 1 }, readRev: stored.rev }]);
    return undefined;
  }

  /** Stores what is waited for; `look` once more when it was not stored before. */
  async #rest(move: Extract<Move, { to: 'wait' }>): Promise<Next | 'look' | undefined> {
    const wasArmed = this.#isArmed();
    if (!(await this.#store())) return undefined;
    if (wasArmed || move.run.waitingFor.length === 0) return this.#wait(move);
    return (await this.#readAgain()) ? 'look' : undefined;
  }

  async #take(cause: StepCause): Promise<Move> {
    const { deps, ref, journey } = this;
    const [run, profile, isArmed] = [this.#run, this.#profile, this.#isArmed()];
    const facts = await readFacts(deps, { ws: ref.ws, journey, run, profile, now: ref.now, isArmed });
    return step(journey, run, cause, facts, ref.now);
  }

  /**
   * Now that the keys are stored, whatever happens rings; what happened before, to traits too, is found by looking once more. False for
   * who is another person by now, or nobody.
   */
  async #readAgain(): Promise<boolean> {
    const profile = await this.deps.store.profiles.canonical(this.ref.ws, this.#run.profile);
    if (profile?.id !== this.#profile.id) return false;
    this.#profile = profile;
    return true;
  }

  #isArmed(): boolean {
    const { step: at, visit, waitingFor } = this.#stored;
    return at === this.#run.step && visit === this.#run.visit && waitingFor.length > 0;
  }

  async #store(): Promise<boolean> {
    if (sameJson(this.#stored, this.#run)) return true;
    const enrollment = { ...this.#run, rev: this.#stored.rev + 1 };
    const readRev = this.#stored.rev;
    if ((await this.deps.store.enrollments.write(this.ref.ws, [{ enrollment, readRev }])) === 0) return false;
    this.#stored = enrollment;
    this.#run = enrollment;
    return true;
  }

  /** The run is another's from here on, so that everything about them is read anew. */
  async #choose(): Promise<undefined> {
    const { deps, ref, journey } = this;
    await chooseRecipient(deps, { ref, journey, run: this.#run, actor: this.#profile }, this.#stored.rev);
    return undefined;
  }

  async #deliver({ label }: Extract<Move, { to: 'deliver' }>): Promise<Next | undefined> {
    const budgetSeconds = this.deps.retryBudgetSeconds;
    this.#run = { ...this.#run, dueAt: this.ref.now + budgetSeconds * 1_000 };
    if (!(await this.#store())) return undefined;
    const { step: at, visit } = this.#run;
    return { do: 'deliver', step: at, visit, label, details: describeRun(this.#run, { label }), budgetSeconds };
  }

  #wait({ dueAt, label, names }: Extract<Move, { to: 'wait' }>): Next {
    return { do: 'wait', dueAt, label, details: describeRun(this.#run, { label, names }) };
  }

  /** The run is not stored before its event: a crash between them repeats the event under the same id. */
  async #record({ run, said }: Extract<Move, { to: 'record' }>): Promise<void> {
    const at = this.deps.clock();
    const identifier = strongestOf(this.#profile);
    await this.deps.recordEvent(this.ref.ws, {
      messageId: saidKey(run),
      occurredAt: at,
      receivedAt: at,
      identifiers: identifier ? [identifier] : [],
      properties: {},
      traits: {},
      context: {},
      source: `journey:${run.journey}`,
      isTrusted: true,
      isAboutProfile: true,
      ...omit(said, 'listing'),
      ...(said.listing && { listing: { ...said.listing, at } }),
    });
  }
}

/** The end is written without `dueAt`, since the workflow that is told needs no further ring, and without the claim of an attempt that is over. */
async function finish(deps: JourneyDeps, ref: RunRef, ended: Enrollment, readRev: number): Promise<Next | undefined> {
  const enrollment = { ...omit(seenTo(ended), 'dueAt', 'sending'), rev: readRev + 1 };
  const written = await deps.store.enrollments.write(ref.ws, [{ enrollment, readRev }]);
  return written === 0 ? undefined : leave(deps, ref, ended);
}

/**
 * Tells the run that waits for this one's end, once the end is written: whoever dies in between comes here again, since the workflow has not
 * been told.
 */
async function leave({ store, ringRun }: JourneyDeps, { ws }: RunRef, ended: Enrollment): Promise<Next> {
  const parent = ended.parent === undefined ? undefined : await store.enrollments.byId(ws, ended.parent);
  if (parent && isInside(parent)) await ringRun(parent.workflowId);
  return { do: 'exit', reason: ended.reason ?? ended.status };
}

/** The run was ended by a transaction: its workflow has now noticed. */
async function acknowledgeEnd(deps: JourneyDeps, ref: RunRef, run: Enrollment): Promise<Next | undefined> {
  // A send that was held or between two attempts when the run ended will not be made any more; one that may have arrived has a claim.
  const end = await endOfEnded(deps, ref.ws, run, run.sending !== undefined);
  await changeDelivery(deps, ref.ws, { idempotencyKey: effectKey(run), ...end, now: deps.clock() });
  if (run.dueAt === undefined && run.sending === undefined) return leave(deps, ref, run);
  return finish(deps, ref, run, run.rev);
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
