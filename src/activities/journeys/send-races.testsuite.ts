import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import type { SendingPolicy } from '../../domain/delivery/sending-policy.schema';
import { compileJourney } from '../../domain/journeys/compiled-journey';
import type { Enrollment } from '../../domain/journeys/enrollment';
import { JourneyDefinition } from '../../domain/journeys/journey.schema';
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
import type { JourneySend, SendAnswer } from './journey-sender';
import type { JourneyDeps } from './journeys';

const happenings = ['left', 'merge', 'migrate', 'update', 'deny', 'suppress', 'stop'] as const;
type Happening = (typeof happenings)[number];
const answerKinds = ['ok', 'arrived', 'lost', 'transient', 'invalid'] as const;

export interface Case {
  readonly hasDedup: boolean;
  /** The person is inside twice. */
  readonly isTwice: boolean;
  readonly isHeldOutByHalf: boolean;
  readonly cap: SendingPolicy['caps'];
  readonly answers: readonly (typeof answerKinds)[number][];
  readonly happens: readonly Happening[];
  /** At which of its operations each attempt is given up, and whether it goes on all the same. */
  readonly ends: readonly { readonly at: number; readonly goesOn: boolean }[];
  readonly picks: readonly number[];
}

export const cases: fc.Arbitrary<Case> = fc.record({
  hasDedup: fc.boolean(),
  isTwice: fc.boolean(),
  isHeldOutByHalf: fc.boolean(),
  cap: fc
    .option(
      fc.record({
        max: fc.integer({ min: 1, max: 2 }),
        per: fc.constant('1h'),
        then: fc.constantFrom('skip', 'delay'),
      }),
      { nil: undefined },
    )
    .map((cap) => cap && [cap]),
  answers: fc.array(fc.constantFrom(...answerKinds), { maxLength: 8 }),
  // Twice as many merges as chance would draw: what they may meet is the most.
  happens: fc
    .uniqueArray(fc.constantFrom(...happenings), { maxLength: 4 })
    .chain((drawn) => fc.constantFrom(drawn, [...new Set([...drawn, 'merge' as const])])),
  ends: fc.array(fc.record({ at: fc.integer({ min: 1, max: 60 }), goesOn: fc.boolean() }), { maxLength: 6 }),
  picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 200 }),
});

const mail = { type: 'send', destination: 'mails', fallback: [{ destination: 'texts' }], next: 'again' };
const define = (first: string, holdout: number) =>
  JourneyDefinition.parse({
    ...{
      key: 'j',
      name: 'J',
      entry: { on: { event: 'Started' }, key: 'properties.cart' },
      purpose: 'news',
      start: first,
    },
    ...(holdout > 0 && { holdout: { percent: holdout } }),
    exits: [{ on: { event: 'Left' }, reason: 'left' }],
    updates: [{ on: { event: 'Changed' }, resumeAt: 'again' }],
    steps: {
      [first]: mail,
      again: { type: 'send', destination: 'mails', next: 'bye' },
      bye: { type: 'exit', reason: 'bye' },
    },
  });

export const half = 50;
const user = identifiers({ user_id: 'u1' });
const device = identifiers({ anonymous_id: 'a1' });
const attemptsAtMost = 5;
const longestPauseMs = 1_800_000;

/** One person, or two who turn out to be one, inside a journey that sends; and all that may happen to them meanwhile. */
export class Sends {
  now = noon;
  readonly race: Race;
  readonly world: FoldedWorld;
  readonly memory: SendingWorld;
  /** What the destination was asked, with the run as it stood when that attempt had last looked. */
  readonly asked: { readonly request: JourneySend; readonly seen: Enrollment | undefined }[] = [];
  readonly arrived: string[] = [];
  readonly #refused = new Set<string>();
  readonly #answers: (typeof answerKinds)[number][];
  readonly #ends: Case['ends'][number][];
  readonly #goingOn: Promise<unknown>[] = [];
  /** Attempts to deliver last no time: it passes between them. */
  #underWay = 0;
  readonly #versions;

  constructor(readonly the: Case) {
    this.race = new Race(the.picks);
    this.#answers = [...the.answers];
    this.#ends = [...the.ends];
    const percent = the.isHeldOutByHalf ? half : 0;
    this.#versions = new Map([
      [1, compileJourney(define('mail', percent), 1, 'published')],
      [2, compileJourney(define('post', percent), 2, 'published')],
    ]);
    const ruleset = aRuleset({ journeys: [define('mail', percent)] });
    const both = [...this.#versions.values()].map((one) => [journeyVersionKey(one.key, one.version), one] as const);
    this.world = new FoldedWorld({ ...ruleset, journeyVersions: new Map([...ruleset.journeyVersions, ...both]) });
    this.memory = new SendingWorld(this.world, this.#versions, () => this.now);
    if (the.cap) this.memory.policy = { caps: the.cap };
  }

  async run(): Promise<void> {
    const started = { ...this.#at(), name: 'Started', identifiers: user, properties: { cart: 1 } };
    this.#accept(anEvent(started));
    if (this.the.isTwice) this.#accept(anEvent({ ...started, properties: { cart: 2 } }));
    if (this.the.happens.includes('merge')) this.#accept(anEvent({ ...started, identifiers: device }));
    this.memory.apply();
    const runs = [...this.world.enrollments.keys()] as EnrollmentId[];
    await this.race.run([...runs.map((id) => this.#workflow(id)), ...this.the.happens.map((one) => this.#happen(one))]);
    // What goes on after it was given up comes to its end as well, and then the workflows look once more.
    await this.race.run(this.#goingOn);
    this.memory.apply();
    this.memory.policy = { ...this.memory.policy, sendsStopped: false };
    await this.race.run(runs.map((id) => this.#workflow(id)));
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
    if (what === 'suppress') {
      const entry = { scope: 'channel:email', reason: 'manual', at: this.now, source: 'test' } as const;
      this.world.suppressions.set('user_id\nu1', [entry]);
      return;
    }
    this.#accept(this.#eventOf(what));
    await this.race.turn();
    this.memory.apply();
  }

  #eventOf(what: Happening) {
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
      const isOver = this.#begin(atMost);
      const operation = async (): Promise<void> => {
        operations += 1;
        if (operations === end?.at) {
          heard(undefined);
          if (!end.goesOn) {
            isOver();
            await new Promise(() => undefined);
          }
        }
        await this.race.turn();
      };
      const working = work(this.#deps(operation)).finally(isOver);
      if (end?.goesOn) this.#goingOn.push(working.catch(() => undefined));
      working.then(heard, failed);
    });
  }

  #deps(operation: () => Promise<void>): JourneyDeps {
    const looked = new Map<string, Enrollment>();
    const store = interrupted(this.memory.store(), operation);
    const byId = store.enrollments.byId;
    const enrollments = {
      ...store.enrollments,
      byId: async (...of: Parameters<typeof byId>) => {
        const run = await byId(...of);
        if (run) looked.set(run.id, run);
        return run;
      },
    };
    const deps = {
      store: { ...store, enrollments },
      sender: {
        state: async (_ws: unknown, to: string) => ({
          state: 'ready',
          hasDedup: this.the.hasDedup,
          channel: to === 'mails' ? 'email' : 'sms',
        }),
        reaches: async () => true,
        rehearse: async () => ({ code: 'simulated' }),
        send: async (request: JourneySend) => {
          await operation();
          const answer = this.#send(request, looked.get(request.enrollment));
          await operation();
          return answer;
        },
        pause: async () => undefined,
      },
      ringIntake: async () => {
        await operation();
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

  #send(request: JourneySend, seen: Enrollment | undefined): SendAnswer {
    this.asked.push({ request, seen });
    const answer = this.#answerTo(request.idempotencyKey);
    if (answer === 'ok' || answer === 'arrived') this.arrived.push(request.idempotencyKey);
    if (answer === 'arrived' || answer === 'lost') return { kind: 'unclear', code: 'timeout' };
    return { kind: answer, code: answer };
  }

  /** What was refused once is refused again, and what has arrived is refused no more. */
  #answerTo(key: string): (typeof answerKinds)[number] {
    const answer = this.#refused.has(key) ? 'invalid' : (this.#answers.shift() ?? 'ok');
    if (answer !== 'invalid') return answer;
    if (this.arrived.includes(key)) return 'ok';
    this.#refused.add(key);
    return answer;
  }
}
