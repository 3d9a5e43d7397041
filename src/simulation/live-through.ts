import pino from 'pino';
import { Registry } from 'prom-client';
import { advanceRun } from '../activities/journeys/advance';
import { createDeliveryMetrics } from '../activities/delivery/delivery-metrics';
import { deliverStep } from '../activities/journeys/deliver';
import type { JourneySender } from '../activities/journeys/journey-sender';
import { usualRetryBudgetSeconds, type JourneyDeps } from '../activities/journeys/journeys';
import type { Event } from '../domain/events/event';
import { enrollmentId, type EnrollmentId } from '../domain/ids';
import type { Enrollment } from '../domain/journeys/enrollment';
import type { OutboxWork } from '../domain/profiles/change-set';
import { foldEvents, foldTime } from '../domain/profiles/fold/fold';
import type { FoldInput, FoldOutcome } from '../domain/profiles/fold/fold-input';
import { strongestOf } from '../domain/profiles/present';
import type { Ruleset } from '../domain/profiles/ruleset';
import { foldThrough } from '../folding/fold-through';
import { readForEvents, readForTime, type FoldRead } from '../folding/read-fold-input';
import type { EventDoc } from '../store/documents';
import type { Store } from '../store/store';
import { identifierName } from '../domain/identity/identifier-types';
import type { Memory } from './memory';
import { NotSimulated, virtualStore, type Definitions } from './virtual-store';

/** Where somebody lives. */
export interface Surroundings {
  readonly definitions: Definitions;
  readonly ruleset: Ruleset;
  /** Who answers for destinations, over the memory of one person. */
  readonly senderOf: (store: Store, clock: () => number) => JourneySender;
  /** After how long without anything of a person their session is over. */
  readonly sessionMs: number;
  /** Asked between turns, so that others have theirs. */
  readonly giveWay?: () => Promise<void>;
}

/** From when on people enter the journeys, and until when their runs are followed. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** More turns than any life takes: one that needs more is said to have been cut short. */
const turnsAtMost = 100_000;

const silent = pino({ level: 'silent' });
/** Counts what nobody asks for. */
const uncounted = createDeliveryMetrics(new Registry());

/**
 * One person's life, on a clock that jumps from one thing that happens to the next: their events are folded as the intake folds them, and
 * their runs advance as workflows have them advance, by the same code over a memory in the place of the database.
 */
export class Life {
  readonly #store: Store;
  readonly #deps: JourneyDeps;
  readonly #timers = new Map<EnrollmentId, number>();
  readonly #rung = new Set<EnrollmentId>();
  #turns = 0;

  constructor(
    readonly surroundings: Surroundings,
    readonly memory: Memory,
  ) {
    const { definitions, senderOf, sessionMs } = surroundings;
    this.#store = virtualStore(memory, definitions);
    this.#deps = {
      store: this.#store,
      sender: senderOf(this.#store, () => memory.now),
      recordEvent: async (_ws, event) => memory.accept(event),
      ringIntake: async () => undefined,
      ringRun: async (workflowId) => {
        for (const run of memory.enrollments.values()) if (run.workflowId === workflowId) this.#rung.add(run.id);
      },
      clock: () => memory.now,
      log: silent,
      metrics: uncounted,
      retryBudgetSeconds: usualRetryBudgetSeconds,
      sessionMs,
    };
  }

  /** Lives through events in order of arrival; false where there was no end to it. */
  async liveThrough(events: readonly Event[], { from, to }: Window): Promise<boolean> {
    const { memory } = this;
    for (let next = 0; ;) {
      const event = events[next];
      const timeAt = Math.min(this.#checkAt(), this.#timerAt());
      const at = Math.max(memory.now, Math.min(event?.receivedAt ?? Infinity, timeAt));
      if (at > to) return true;
      await this.surroundings.giveWay?.();
      memory.now = at;
      // What is acknowledged by a deadline is applied before it, and so is what time alone changes.
      if (event && event.receivedAt <= timeAt) {
        memory.accept(this.#asTheirs(event));
        next += 1;
      } else if (this.#checkAt() <= at) await this.#tick(from);
      else this.#ringDue();
      if (!(await this.#settle(from))) return false;
    }
  }

  /** Until nothing more follows at this instant: what is recorded is applied at once, and whoever waits for it goes on. */
  async #settle(from: number): Promise<boolean> {
    for (;;) {
      if ((this.#turns += 1) > turnsAtMost) return false;
      const [event] = this.memory.pending();
      const [run] = this.#rung;
      if (event) await this.#apply(event, from);
      else if (run) await this.#advance(run);
      else return true;
    }
  }

  async #advance(id: EnrollmentId): Promise<void> {
    this.#rung.delete(id);
    const { ws, now } = this.memory;
    let next = await advanceRun(this.#deps, { ws, id, now });
    while (next.do === 'deliver')
      next = await deliverStep(this.#deps, { ws, id, now, step: next.step, visit: next.visit });
    if (next.do === 'exit') this.#timers.delete(id);
    // One that is to look again at once does so after what it has recorded is applied.
    else this.#timers.set(id, Math.max(next.dueAt, now + 1));
  }

  #timerAt(): number {
    return Math.min(Infinity, ...this.#timers.values());
  }

  #ringDue(): void {
    for (const [id, dueAt] of this.#timers)
      if (dueAt <= this.memory.now) {
        this.#timers.delete(id);
        this.#rung.add(id);
      }
  }

  /** When a membership may change with no event. */
  #checkAt(): number {
    const checks = [...this.memory.profiles.values()].map(({ nextCheckAt = Infinity }) => nextCheckAt);
    return Math.min(Infinity, ...checks);
  }

  async #tick(from: number): Promise<void> {
    const { ws, now, profiles } = this.memory;
    const ids = [...profiles.keys()];
    await this.#fold(await readForTime(this.#store, ws, ids, now, 'none'), from, foldTime);
    // Whoever could not be moved is not asked again at this instant.
    for (const profile of profiles.values())
      if ((profile.nextCheckAt ?? Infinity) <= now) profiles.set(profile.id, { ...profile, nextCheckAt: now + 1 });
  }

  async #apply(event: EventDoc, from: number): Promise<void> {
    const { ws, now } = this.memory;
    try {
      await this.#fold(await readForEvents(this.#store, ws, [event], now), from, foldEvents);
    } catch (error) {
      if (error instanceof NotSimulated) throw error;
      // The intake gives it up, and the person lives on.
      this.memory.bury(event);
    }
  }

  async #fold(read: FoldRead, from: number, fold: (input: FoldInput) => FoldOutcome): Promise<void> {
    const { ws, now } = this.memory;
    const { ruleset } = this.surroundings;
    const open = now >= from ? ruleset : { ...ruleset, enterable: [] };
    const { changes } = await foldThrough(this.#store, { ws, now, ruleset: open }, read, fold);
    this.memory.write(changes);
    for (const work of changes.outbox) this.#carryOut(work);
  }

  #carryOut(work: OutboxWork): void {
    if (work.kind === 'start-enrollment') this.#rung.add(enrollmentId(work.enrollment));
    if (work.kind !== 'wake') return;
    const happened = new Set(work.waitKeys);
    for (const run of this.memory.enrollments.values())
      if (run.waitingFor.some((key) => happened.has(key)) || this.#isToNotice(run)) this.#rung.add(run.id);
  }

  /** Ended by what happened, or sent elsewhere by it. */
  #isToNotice(run: Enrollment): boolean {
    return run.dueAt !== undefined && run.dueAt <= this.memory.now;
  }

  /** An event that names nobody who is known by then is theirs all the same: whose it is was found out since. */
  #asTheirs(event: Event): Event {
    const { owners, profiles } = this.memory;
    if (event.identifiers.some((identifier) => owners.has(identifierName(identifier)))) return event;
    const known = [...profiles.values()].map(strongestOf).find((one) => one !== undefined);
    return known ? { ...event, identifiers: [known, ...event.identifiers] } : event;
  }
}
