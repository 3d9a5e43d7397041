import type { Enrollment } from '../../../src/domain/journeys/enrollment';
import type { Profile } from '../../../src/domain/profiles/profile';
import type { EventDoc } from '../../../src/store/documents';
import { startFaultProxy, type FaultProxy, type Trap } from '../../../src/testing/fault-proxy';
import type { Processes, Tenant } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../../src/twins/webhook-twin';

type JourneyDefinition = Parameters<Tenant['client']['journeys']['put']>[1];
export type TestEvent = Parameters<Tenant['client']['events']['batch']>[0][number];

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** One crash and its recovery: time-outs of activities, of workflow tasks and of open transactions are part of it. */
export const recoveryMs = 180_000;

/** A tenant with a webhook destination `crm`, and what tests ask of both. */
export class Scene {
  private constructor(
    readonly heddle: Processes,
    readonly tenant: Tenant,
    readonly crm: WebhookTwin,
    readonly wayToCrm: FaultProxy,
  ) {}

  static async open(heddle: Processes): Promise<Scene> {
    const [tenant, crm] = await Promise.all([heddle.createTenant(), startWebhookTwin({ secret: signingSecret })]);
    const wayToCrm = await startFaultProxy('127.0.0.1', crm.port);
    await tenant.client.destinations.put('crm', {
      type: 'webhook',
      name: 'CRM',
      settings: { url: `http://127.0.0.1:${wayToCrm.port}/hook` },
      secrets: { signingSecret },
    });
    return new Scene(heddle, tenant, crm, wayToCrm);
  }

  async close(): Promise<void> {
    await Promise.all([this.crm.close(), this.wayToCrm.close()]);
  }

  /** Holds the next send: it has reached the CRM, and the answer is on its way. */
  holdSend(): Trap {
    return this.wayToCrm.hold({ says: 'POST /hook', held: 'after' });
  }

  async publish(key: string, definition: Omit<JourneyDefinition, 'name' | 'purpose'>): Promise<void> {
    await this.tenant.client.journeys.put(key, { name: key, purpose: 'service', ...definition });
    await this.tenant.client.journeys.publish(key);
  }

  send(events: readonly TestEvent[]): Promise<unknown> {
    return this.tenant.client.events.batch(events);
  }

  /** One request, without the client's retries. */
  post(batch: readonly TestEvent[]): Promise<Response> {
    return fetch(`${this.heddle.url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.tenant.writeKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ batch }),
    });
  }

  async events(): Promise<EventDoc[]> {
    return this.#collection<EventDoc>('events').find({ ws: this.tenant.ws }).toArray();
  }

  /** Living profiles. */
  profiles(): Promise<Profile[]> {
    return this.heddle.store.profiles.page(this.tenant.ws, 1_000);
  }

  runs(journey: string): Promise<Enrollment[]> {
    return this.heddle.store.enrollments.ofJourney(this.tenant.ws, journey, 1_000);
  }

  /** Waits until so many runs of a journey satisfy a condition. */
  async whenRuns(
    journey: string,
    what: string,
    count: number,
    is: (run: Enrollment) => boolean,
  ): Promise<Enrollment[]> {
    const look = async () => {
      const found = (await this.runs(journey)).filter(is);
      return found.length >= count ? found : undefined;
    };
    return until(look, `${count} runs ${what}`, recoveryMs);
  }

  async whenEnded(journey: string, count = 1): Promise<Enrollment[]> {
    return this.whenRuns(
      journey,
      'to end',
      count,
      ({ endedAt, dueAt }) => endedAt !== undefined && dueAt === undefined,
    );
  }

  deliveries() {
    return this.heddle.store.deliveries.page(this.tenant.ws, {}, 1_000);
  }

  #collection<Doc extends object>(name: string) {
    return this.heddle.store.connection.db.collection<Doc>(name);
  }
}

/** Every event was applied once: each has a number of its own in its profile's count, and the rules counted each once. */
export async function expectEachAppliedOnce(scene: Scene, messageIds: Iterable<string>, name: string): Promise<void> {
  const events = (await scene.events()).filter((event) => event.name === name);
  const expected = [...new Set(messageIds)].sort();
  expect(events.map(({ messageId }) => messageId).sort()).toEqual(expected);
  expect(new Set(events.map(({ state }) => state))).toEqual(new Set(['applied']));
  expect(new Set(events.map(({ profile, seq }) => `${profile} ${seq}`)).size).toBe(events.length);
  const counted = (await scene.profiles())
    .flatMap(({ states }) => Object.values(states))
    .map(({ total }) => total?.n ?? 0);
  expect(counted.reduce((sum, n) => sum + n, 0)).toBe(expected.length);
}

/** Counts the events of a name per profile, in behaviour state. */
export const counting = (event: string) => ({
  name: `Counts ${event}`,
  rule: { event, count: { is: 'at_least' as const, value: 1 } },
});
