import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { poll } from '../../src/local/poll';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import pino from 'pino';
import { Registry } from 'prom-client';
import { applyEventBatch, applyTime } from '../../src/activities/apply/apply';
import { createDeliveryMetrics } from '../../src/activities/delivery/delivery-metrics';
import type { DestinationState, JourneySend, SendAnswer } from '../../src/activities/journeys/journey-sender';
import { slotCount } from '../../src/domain/profiles/slot';
import { askMembers } from '../../src/activities/groups/ask-members';
import { createJourneyActivities, type JourneyActivities } from '../../src/activities/journeys/journeys';
import { Outbox } from '../../src/activities/outbox';
import { createEventRecorder } from '../../src/activities/record-event';
import { isTransient } from '../../src/activities/apply/conflict';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import {
  restartStaleEnrollments,
  startEnrollment,
  wakeEnrollments,
} from '../../src/activities/journeys/start-enrollment';
import type { Event } from '../../src/domain/events/event';
import { isOwn } from '../../src/domain/events/own';
import { enrollmentId, workspaceId } from '../../src/domain/ids';
import type { Profile } from '../../src/domain/profiles/profile';
import type { Enrollment } from '../../src/domain/journeys/enrollment';
import { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import type { JsonObject } from '../../src/domain/json';
import { ensureSearchAttributes } from '../../src/local/search-attributes';
import { inTransaction, prepareStore } from '../../src/store/open-store';
import { openStore, type Store } from '../../src/store/store';
import { fastForward } from '../../src/testing/fast-forward';
import { createDoorbells, type Doorbells } from '../../src/workflows/doorbells';
import { createWorkers } from '../../src/workers/worker';
import { keepHistory, readable } from './histories';

export const needed = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is set by test/global-setup.ts`);
  return value;
};

/** A journey that a started cart enters, at the first of its steps. */
export const journey = (key: string, steps: JsonObject, of: JsonObject = {}): JsonObject => ({
  key,
  name: key,
  entry: { on: { event: 'Cart Started' } },
  purpose: 'marketing',
  start: Object.keys(steps)[0] ?? '',
  steps,
  ...of,
});

/** A destination that remembers what it got and answers as told. */
export class TestDestination {
  readonly got: JourneySend[] = [];
  readonly answers: (SendAnswer | (() => Promise<SendAnswer>))[] = [];
  state: DestinationState = { state: 'ready', hasDedup: true };
  /** What is otherwise of one of them, by its key. */
  of: Readonly<Record<string, Partial<DestinationState>>> = {};
  pausedFor: string | undefined;
  /** Whom it could take something for. */
  reaches: (profile: Profile) => boolean = () => true;

  async send(request: JourneySend): Promise<SendAnswer> {
    this.got.push(request);
    const answer = this.answers.shift() ?? { kind: 'ok', code: 'http-200' };
    return typeof answer === 'function' ? answer() : answer;
  }
}

/** Journeys on a real store and a real Temporal: events are applied at once, by the product's own code. */
export class JourneyHarness {
  destination = new TestDestination();
  ws = workspaceId('ws_none');
  /** Whether events of ours stay pending too, as those that are accepted do. */
  isIntakeBehind = false;
  /** Whether whatever is accepted is applied at once, one after the other, as by an intake that is never behind. */
  appliesAtOnce = false;
  /** How far the clock of all but the workflows is ahead. */
  aheadMs = 0;
  readonly clock = (): number => Date.now() + this.aheadMs;
  readonly wakeRun: Doorbells['enrollment'];
  #draining: Promise<void> = Promise.resolve();
  readonly #rulesets: RulesetCache;
  readonly #outbox: Outbox;
  readonly #record: ReturnType<typeof createEventRecorder>;
  #workers: Worker[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #received = 0;

  private constructor(
    readonly store: Store,
    readonly client: Client,
    readonly native: NativeConnection,
    readonly queuePrefix: string,
  ) {
    this.#rulesets = new RulesetCache(store);
    const record = createEventRecorder(store, { intake: () => this.#drain() });
    this.#record = async (ws, event) => {
      await record(ws, event);
      await this.#draining;
    };
    this.wakeRun = createDoorbells({ client, queuePrefix, log: pino({ level: 'silent' }) }).enrollment;
    const starting = { client, store, queuePrefix, ringRun: this.wakeRun, clock: this.clock };
    this.#outbox = new Outbox(
      store.outbox,
      {
        'start-enrollment': (row, work) => startEnrollment(starting, row.ws, enrollmentId(work.enrollment)),
        wake: (row, work) => wakeEnrollments(starting, row.ws, work),
        sync: () => Promise.resolve(),
        backfill: () => Promise.resolve(),
        group: (row, work) => askMembers({ store, clock: Date.now, ringBackfill: async () => undefined }, row.ws, work),
        operation: () => Promise.resolve(),
        'pull-schedule': () => Promise.resolve(),
        'journey-schedule': () => Promise.resolve(),
      },
      pino({ level: 'silent' }),
    );
  }

  static async open(): Promise<JourneyHarness> {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const name = `journeys_${randomUUID().slice(0, 8)}`;
    const store = await openStore({
      uri: needed('HEDDLE_TEST_MONGODB_URI'),
      database: name,
      masterKey: randomBytes(32),
    });
    await prepareStore(store.connection);
    const address = needed('HEDDLE_TEST_TEMPORAL_ADDRESS');
    const [connection, native] = await Promise.all([
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    await ensureSearchAttributes(connection, 'default');
    const harness = new JourneyHarness(store, new Client({ connection }), native, `${name}-`);
    await harness.startWorkers();
    return harness;
  }

  /** A workspace and a destination with no past. */
  async begin(): Promise<void> {
    this.ws = (await this.store.workspaces.create('journeys', Date.now()))._id;
    this.destination = new TestDestination();
    this.isIntakeBehind = false;
    this.appliesAtOnce = false;
    this.aheadMs = 0;
  }

  /** What the workers run, for tests that are the workflow themselves; `store` as they see it. */
  activities(store: Store = this.store): JourneyActivities {
    return createJourneyActivities({
      store,
      sender: {
        state: async (_ws, destination) => ({ ...this.destination.state, ...this.destination.of[destination] }),
        reaches: async ({ profile }) => this.destination.reaches(profile),
        rehearse: async (request) => ({
          request: { method: 'POST', url: 'https://test.invalid', body: JSON.stringify(request.run['entry']) },
        }),
        send: (request) => this.destination.send(request),
        pause: async (_ws, _destination, reason) => {
          this.destination.pausedFor = reason;
          this.destination.state = { ...this.destination.state, state: 'paused' };
        },
      },
      recordEvent: this.#record,
      ringIntake: () => (this.isIntakeBehind ? Promise.resolve() : this.apply('never', isOwn)),
      ringRun: this.wakeRun,
      clock: this.clock,
      log: pino({ level: 'silent' }),
      metrics: createDeliveryMetrics(new Registry()),
      retryBudgetSeconds: 3_600,
      sessionMs: 30 * 60_000,
    });
  }

  async startWorkers(activities: JourneyActivities = this.activities()): Promise<void> {
    const workflows = { workflowBundle: { codePath: needed('HEDDLE_TEST_WORKFLOW_BUNDLE') } };
    this.#workers = await createWorkers(
      { connection: this.native, namespace: 'default', queuePrefix: this.queuePrefix, workflows, activities },
      ['journeys', 'delivery'],
    );
    this.#running = Promise.all(this.#workers.map((worker) => worker.run()));
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.#workers) worker.shutdown();
    await this.#running;
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.client.connection.close();
    await this.native.close();
    await this.store.connection.db.dropDatabase();
    await this.store.connection.client.close();
  }

  async publish(definition: JsonObject): Promise<void> {
    const parsed = JourneyDefinition.parse(definition);
    await this.store.journeys.saveDraft(this.ws, parsed, Date.now());
    const journey = await this.store.journeys.byKey(this.ws, parsed.key);
    if (!journey) throw new Error('the draft was not saved');
    await inTransaction(this.store.connection, async (session) => {
      const ruleset = await this.store.workspaces.raiseRuleset(this.ws, session);
      await this.store.journeys.publish(this.ws, journey, parsed, { now: Date.now(), ruleset }, session);
    });
  }

  /** Accepts an event of a person without applying it. */
  async accept(
    name: string,
    properties: JsonObject = {},
    of: Partial<Event> & { user?: string } = {},
  ): Promise<string> {
    const { user = 'u1', ...more } = of;
    const receivedAt = Math.max(Date.now(), this.#received + 1);
    this.#received = receivedAt;
    const event: Event = {
      messageId: randomUUID(),
      kind: 'track',
      name,
      occurredAt: receivedAt,
      receivedAt,
      identifiers: [{ type: 'user_id', value: user }],
      properties,
      traits: {},
      context: {},
      source: 'src_test',
      isTrusted: true,
      ...more,
    };
    await this.#record(this.ws, event);
    return event.messageId;
  }

  /** Applies what is pending and carries out what follows, unless the process dies before that. */
  async apply(dies: 'never' | 'after-commit' = 'never', only?: (name: string) => boolean): Promise<void> {
    const claimed = await this.store.events.claim(this.ws, 0, 500, 4_000_000);
    const pending = only ? claimed.filter(({ name }) => only(name)) : claimed;
    if (pending.length === 0) return;
    const deps = { store: this.store, rulesets: this.#rulesets, clock: this.clock };
    try {
      const { outbox } = await applyEventBatch(deps, this.ws, pending);
      if (dies === 'never') await this.#outbox.carryOut(outbox);
    } catch (error) {
      // A run was moving on at that moment: read and fold again, as the intake does.
      if (!isTransient(error)) throw error;
      await this.apply(dies, only);
    }
  }

  /** What the clock does for people for whom time alone changes something, now. */
  async passTime(): Promise<void> {
    const due = await this.store.profiles.due(Date.now(), 500, { from: 0, to: slotCount });
    const ids = due.flatMap((row) => (row.ws === this.ws ? [row.id] : []));
    const deps = { store: this.store, rulesets: this.#rulesets, clock: Date.now };
    if (ids.length > 0) await this.#outbox.carryOut((await applyTime(deps, this.ws, ids)).outbox);
  }

  #drain(): void {
    if (this.appliesAtOnce) this.#draining = this.#draining.then(() => this.apply());
  }

  /** What the clock does for runs that a crash left behind, as if this much time had passed. */
  async sweep(laterMs: number): Promise<void> {
    const { client, store, queuePrefix } = this;
    await restartStaleEnrollments({ client, store, queuePrefix, clock: Date.now }, Date.now() + laterMs);
  }

  async happen(...event: Parameters<JourneyHarness['accept']>): Promise<string> {
    const messageId = await this.accept(...event);
    await this.apply();
    return messageId;
  }

  async runs(journey: string): Promise<Enrollment[]> {
    return (await this.store.enrollments.ofJourney(this.ws, journey, 100)).sort((a, b) => a.n - b.n);
  }

  /** Waits until the journey's runs satisfy a condition: the reactions of a workflow have no instant of their own. */
  async until(journey: string, holds: (runs: Enrollment[]) => boolean, what: string): Promise<Enrollment[]> {
    const givesUpAt = Date.now() + 20_000;
    for (;;) {
      const runs = await this.runs(journey);
      if (holds(runs)) return runs;
      if (Date.now() > givesUpAt) throw new Error(`Gave up waiting until ${what}: ${JSON.stringify(runs, null, 1)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** The one run of a journey, waiting at a step. */
  async waitingAt(journey: string, step: string): Promise<Enrollment> {
    const [run] = await this.allWaitingAt(journey, step, 1);
    return run!;
  }

  /** All runs of a journey, so many of them, waiting at a step. */
  async allWaitingAt(journey: string, step: string, count: number): Promise<Enrollment[]> {
    const isThere = (run: Enrollment): boolean =>
      run.status === 'active' && run.step === step && run.dueAt !== undefined;
    const areThere = (runs: Enrollment[]): boolean => runs.length === count && runs.every(isThere);
    return this.until(journey, areThere, `${count} runs wait at ${step}`);
  }

  async ended(journey: string): Promise<Enrollment[]> {
    const isOver = (run: Enrollment): boolean => run.endedAt !== undefined && run.dueAt === undefined;
    return this.until(journey, (runs) => runs.length > 0 && runs.every(isOver), 'every run has ended');
  }

  fastForward(workflowId: string, ms: number): Promise<void> {
    return fastForward(this.client, workflowId, ms);
  }

  /** A workflow's history: with its payloads readable, the kinds of its events, and as fixtures have it. */
  async history(workflowId: string): Promise<{ text: string; kinds: string[]; json: string }> {
    const json = historyToJSON(await this.client.workflow.getHandle(workflowId).fetchHistory());
    const { events } = JSON.parse(json) as { events: { eventType: string }[] };
    return { text: readable(json), kinds: events.map(({ eventType }) => eventType), json };
  }

  /** The kinds of a history once it has the nth of one: a run's document is written a moment before its workflow goes to sleep. */
  async kindsUntil(workflowId: string, kind: string, nth: number): Promise<string[]> {
    const kinds = await poll(
      async () => {
        const found = (await this.history(workflowId)).kinds;
        return found.filter((one) => one === kind).length >= nth ? found : undefined;
      },
      { forMs: 20_000 },
    );
    if (!kinds) throw new Error(`Gave up waiting for ${kind} number ${nth} of ${workflowId}.`);
    return kinds;
  }

  /** As a fixture: one for each shape that a released workflow can have. */
  keepHistory(name: string, workflowId: string): Promise<void> {
    return keepHistory(this.client, name, workflowId);
  }
}
