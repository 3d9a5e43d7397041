import { ApplicationFailure } from '@temporalio/common';
import { compileJourney } from '../../domain/journeys/compiled-journey';
import { effectKey, type Enrollment } from '../../domain/journeys/enrollment';
import type { Next } from '../../domain/journeys/next';
import { carryOutTask } from '../../domain/journeys/run-task';
import type { EnrollmentId } from '../../domain/ids';
import { journeyVersionKey } from '../../domain/profiles/ruleset';
import { anEvent, anIdentify, aRuleset, identifiers, noon, testWorkspace } from '../../testing/builders';
import { FoldedWorld } from '../../testing/folded-world';
import { interrupted } from '../../testing/interrupted-store';
import { Race } from '../../testing/races';
import { SendingWorld } from '../../testing/sending-world';
import { advanceRun } from './advance';
import { deliverStep } from './deliver';
import type { JourneySend } from './journey-sender';
import type { JourneyDeps } from './journeys';
import { ScriptedDestination } from './scripted-destination.testsuite';
import { hasMerge, journeyOf, type Case, type Happening } from './send-cases.testsuite';

const user = identifiers({ user_id: 'u1' });
const device = identifiers({ anonymous_id: 'a1' });
const attemptsAtMost = 5;
const longestPauseMs = 1_800_000;

/** One try of an activity. */
interface Attempt {
  /** It has died, or goes on unheard. */
  isGivenUp: boolean;
}

/** One person, or two who turn out to be one, inside a journey that sends; and all that may happen to them meanwhile. */
export class Sends {
  now = noon;
  /** When the runs have begun; between two looks of a workflow; and when all have ended, before they look once more. */
  atStart?: () => void;
  onLook?: () => void;
  atEnd?: () => void;
  /** Of the destinations. */
  state: () => 'ready' | 'paused' = () => 'ready';
  readonly race: Race;
  readonly world: FoldedWorld;
  readonly memory: SendingWorld;
  readonly destination: ScriptedDestination;
  /** Keys that an attempt sent which was not given up, while nobody had their claim or it said that nothing is under way. */
  readonly lostClaims: string[] = [];
  /** Claims that were taken up late, by an attempt that had been given up before it read them: who had them may send as well. */
  readonly #takenLate = new Set<string>();
  readonly #ends: Case['ends'][number][];
  /** Attempts that come to their end, or have died. */
  readonly #attempts: Promise<unknown>[] = [];
  /** Attempts to deliver last no time: it passes between them. */
  #underWay = 0;
  /** How often the operation has come of which the case says what happens there. */
  #times = 0;
  readonly #versions;

  constructor(readonly the: Case) {
    this.race = new Race(the.picks);
    this.destination = new ScriptedDestination(the.answers);
    this.#ends = [...the.ends];
    this.#versions = new Map([
      [1, compileJourney(journeyOf(the, 'mail'), 1, 'published')],
      [2, compileJourney(journeyOf(the, 'post'), 2, 'published')],
    ]);
    const ruleset = aRuleset({ journeys: [journeyOf(the, 'mail')] });
    const both = [...this.#versions.values()].map((one) => [journeyVersionKey(one.key, one.version), one] as const);
    this.world = new FoldedWorld({ ...ruleset, journeyVersions: new Map([...ruleset.journeyVersions, ...both]) });
    this.memory = new SendingWorld(this.world, this.#versions, () => this.now);
    this.memory.households = the.isOncePerHousehold ? ['h1'] : [];
    if (the.cap) this.memory.policy = { caps: the.cap };
  }

  async run(): Promise<void> {
    const started = this.begin();
    if (this.the.isTwice) this.#accept(anEvent({ ...started, properties: { cart: 2 } }));
    const other = { ...started, identifiers: device };
    if (hasMerge(this.the)) this.#accept(anEvent(this.the.isOtherInside ? other : { ...other, name: 'Visited' }));
    this.memory.apply();
    this.atStart?.();
    const runs = [...this.world.enrollments.keys()] as EnrollmentId[];
    await this.race.run([...runs.map((id) => this.#workflow(id)), ...this.the.happens.map((one) => this.#happen(one))]);
    // What goes on after it was given up comes to its end as well, and then the workflows look once more.
    await this.race.run(this.#attempts);
    this.memory.apply();
    this.atEnd?.();
    this.memory.policy = { ...this.memory.policy, sendsStopped: false };
    await this.race.run(runs.map((id) => this.#workflow(id)));
  }

  /** Accepts what begins the first run. */
  begin() {
    const started = { ...this.#at(), name: 'Started', identifiers: user, properties: { cart: 1 } };
    this.#accept(anEvent(started));
    return started;
  }

  #at = () => ({ occurredAt: this.now, receivedAt: this.now });
  #accept = (event: ReturnType<typeof anEvent>): void =>
    this.memory.accept({
      ...event,
      messageId: `m-${event.name}-${event.identifiers[0]?.value ?? ''}-${JSON.stringify(event.properties)}`,
    });

  async #happen(what: Happening): Promise<void> {
    await this.race.turn();
    if (what === 'migrate') return this.#migrate();
    if (what === 'stop') return this.#stop();
    if (what === 'move') return this.#move();
    if (what === 'suppress') {
      const entry = { scope: 'channel:email', reason: 'manual', at: this.now, source: 'test' } as const;
      this.world.suppressions.set('user_id\nu1', [entry]);
      return;
    }
    this.#accept(this.#eventOf(what));
    await this.race.turn();
    this.memory.apply();
  }

  #eventOf(what: Exclude<Happening, 'migrate' | 'stop' | 'move' | 'suppress'>) {
    const by = { ...this.#at(), identifiers: user };
    if (what === 'left') return anEvent({ ...by, name: 'Left' });
    if (what === 'update') return anEvent({ ...by, name: 'Changed' });
    if (what === 'deny')
      return anEvent({ ...by, name: 'Denied', context: { consent: { categoryPreferences: { news: false } } } });
    return anIdentify({}, { ...by, identifiers: [...user, ...device] });
  }

  async #stop(): Promise<void> {
    this.memory.policy = { ...this.memory.policy, sendsStopped: true };
    for (let turns = 0; turns < 5; turns += 1) await this.race.turn();
    this.memory.policy = { ...this.memory.policy, sendsStopped: false };
  }

  /** Again and again, so that some attempt sees it between its looks. */
  async #move(): Promise<void> {
    for (let times = 1; times <= 3; times += 1) {
      await this.race.turn();
      await this.race.turn();
      this.#moveTo(`z${times}`);
    }
  }

  /** Nobody leaves the first: there they met. */
  #moveTo(household: string): void {
    if (this.the.isOncePerHousehold) this.memory.households = ['h1', household];
  }

  /** They are in a second household as well, where others had the message of which a place is taken in the first. */
  #moveIn(): void {
    const { homes } = this.memory;
    this.#moveTo('z1');
    const [first] = homes.values();
    const _id = first?._id.replace('h1', 'z1');
    const other = { run: 'other', key: 'other', attempt: 'other', subject: 'other' };
    if (first && _id !== undefined && !homes.has(_id)) homes.set(_id, { ...first, ...other, _id });
  }

  /** As the operation does: whose attempt is under way is come back to. */
  async #migrate(): Promise<void> {
    const { enrollments } = this.memory.store();
    const task = { do: 'migrate', to: 2, stepMap: { mail: 'post' } } as const;
    for (const id of [...this.world.enrollments.keys()] as EnrollmentId[])
      for (let tries = 0; tries < 20; tries += 1) {
        await this.race.turn();
        const run = await enrollments.byId(testWorkspace, id);
        const carried = run && carryOutTask(task, run, (version) => this.#versions.get(version), this.now);
        await this.race.turn();
        if (!run || carried === undefined || carried === 'nothing') break;
        if (carried === 'later') continue;
        const write = { enrollment: { ...carried.run, rev: run.rev + 1 }, readRev: run.rev };
        if ((await enrollments.write(testWorkspace, [write])) === 1) break;
      }
  }

  /** The trampoline, with activities that are tried again. */
  async #workflow(id: EnrollmentId): Promise<void> {
    const ref = () => ({ ws: testWorkspace, id, now: this.now });
    let next: Next = await this.#attempted((deps) => advanceRun(deps, ref()), Infinity);
    while (next.do !== 'exit') {
      await this.race.turn();
      this.onLook?.();
      if (next.do === 'wait') {
        // The clock comes to what somebody wrote who then died.
        this.memory.applyOwn();
        if (this.#underWay === 0) this.now = Math.max(this.now, Math.min(next.dueAt, this.now + longestPauseMs));
        next = await this.#attempted((deps) => advanceRun(deps, ref()), Infinity);
        continue;
      }
      const { step, visit } = next;
      next = await this.#attempted((deps) => deliverStep(deps, { ...ref(), step, visit }), attemptsAtMost).catch(
        (error) => {
          if (!(error instanceof ApplicationFailure)) throw error;
          return this.#attempted((deps) => advanceRun(deps, { ...ref(), gaveUp: { step, visit } }), Infinity);
        },
      );
    }
  }

  /** One attempt after another, some of which are given up: they have died, or go on unheard. */
  async #attempted(work: (deps: JourneyDeps) => Promise<Next>, atMost: number): Promise<Next> {
    for (let attempts = 1; ; attempts += 1) {
      const end = this.#ends.shift();
      try {
        const heard = await this.#once(work, end, atMost);
        if (heard) return heard;
      } catch (error) {
        if (!(error instanceof ApplicationFailure) || attempts >= atMost) throw error;
      }
      if (attempts >= atMost) throw ApplicationFailure.create({ message: 'No attempt is left.' });
      this.now += 1_000;
    }
  }

  /** Deliveries are tried a number of times, looks for ever. */
  #begin(atMost: number): () => void {
    const count = atMost === Infinity ? 0 : 1;
    this.#underWay += count;
    return () => void (this.#underWay -= count);
  }

  #once(
    work: (deps: JourneyDeps) => Promise<Next>,
    end: Case['ends'][number] | undefined,
    atMost: number,
  ): Promise<Next | undefined> {
    return new Promise((heard, failed) => {
      let operations = 0;
      let die: () => void = () => undefined;
      const death = new Promise<void>((dies) => (die = dies));
      const attempt: Attempt = { isGivenUp: false };
      const giveUp = (): void => {
        attempt.isGivenUp = true;
        heard(undefined);
      };
      const operation = async (name: string): Promise<void> => {
        operations += 1;
        if (operations === end?.at) giveUp();
        if (operations === end?.at && !end.goesOn) {
          die();
          await new Promise(() => undefined);
        }
        const turns = this.#stallAt(name);
        if (turns > 0) giveUp();
        for (let turn = 0; turn < turns; turn += 1) await this.race.turn();
        await this.race.turn();
        this.#happenAt(name);
      };
      const isOver = this.#begin(atMost);
      const working = work(this.#deps(operation, attempt));
      this.#attempts.push(
        Promise.race([working, death])
          .catch(() => undefined)
          .finally(isOver),
      );
      working.then(heard, failed);
    });
  }

  /** Of an attempt that nothing happens to. */
  deps = (): JourneyDeps => this.#deps(async () => undefined, { isGivenUp: false });

  #isThen(name: string): boolean {
    if (name !== this.the.at?.operation) return false;
    this.#times += 1;
    return this.#times === this.the.at.nth;
  }

  /** For how many turns of others whoever comes to the operation goes no further. */
  #stallAt(name: string): number {
    return this.the.at?.does === 'stall' && this.#isThen(name) ? this.the.at.turns : 0;
  }

  #happenAt(name: string): void {
    const does = this.the.at?.does;
    if (does === undefined || does === 'stall' || !this.#isThen(name)) return;
    if (does === 'move') return this.#moveTo('z1');
    if (does === 'move-in') return this.#moveIn();
    this.#accept(this.#eventOf('merge'));
    this.memory.apply();
  }

  /** While the present attempt of a run sends, its claim is there and does not rest, unless one that was given up has taken it up since. */
  #checkClaim({ isGivenUp }: Attempt, { enrollment, idempotencyKey: key }: JourneySend): void {
    const run = this.world.enrollments.get(enrollment);
    if (isGivenUp || this.#takenLate.has(key) || !run || run.endedAt !== undefined || effectKey(run) !== key) return;
    if (run.sending?.key !== key || run.sending.isResting) this.lostClaims.push(key);
  }

  #deps(operation: (name: string) => Promise<void>, attempt: Attempt): JourneyDeps {
    const looked = new Map<string, Enrollment>();
    const store = interrupted(this.memory.store(), operation);
    const { byId, takeUp } = store.enrollments;
    const enrollments = {
      ...store.enrollments,
      byId: async (...of: Parameters<typeof byId>) => {
        const run = await byId(...of);
        if (run) looked.set(run.id, run);
        return run;
      },
      takeUp: async (...of: Parameters<typeof takeUp>) => {
        const { sending } = this.world.enrollments.get(of[1]) ?? {};
        const isAsRead = sending?.key === of[2].key && sending.at === of[2].at;
        const isTaken = await takeUp(...of);
        if (isTaken && isAsRead && attempt.isGivenUp) this.#takenLate.add(of[2].key);
        return isTaken;
      },
    };
    const deps = {
      store: { ...store, enrollments },
      sender: {
        state: async (_ws: unknown, to: string) => ({
          state: this.state(),
          hasDedup: this.the.hasDedup,
          channel: to === 'mails' ? 'email' : 'sms',
        }),
        reaches: async () => true,
        rehearse: async () => ({ code: 'simulated' }),
        send: async (request: JourneySend) => {
          await operation('sender.send');
          this.#checkClaim(attempt, request);
          const answer = this.destination.send(request, looked.get(request.enrollment));
          await operation('sender.answer');
          return answer;
        },
        pause: async () => undefined,
      },
      ringIntake: async () => {
        await operation('ringIntake');
        this.memory.applyOwn();
      },
      recordEvent: async () => undefined,
      ringRun: async () => undefined,
      clock: () => this.now,
      metrics: { timerLateness: { observe: () => undefined }, withheld: { inc: () => undefined } },
      retryBudgetSeconds: 3_600,
    };
    return deps as unknown as JourneyDeps;
  }
}
