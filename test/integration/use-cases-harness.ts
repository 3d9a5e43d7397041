import type { WorkflowExecutionInfo } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { HeddleError } from '../../src/client/errors';
import type { AudienceDefinition, Enrollment, JourneyDefinition, JsonObject, Page } from '../../src/client/types';
import { withoutKey } from '../../src/domain/json';
import { findExample } from '../../src/testing/examples';
import { until, type System } from '../../src/testing/system';
import type { WebhookTwin } from '../../src/twins/webhook-twin';

export const hour = 3_600_000;
export const day = 24 * hour;
export const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Starting and stopping a whole system on a busy machine. */
export const hookMs = 60_000;

/** A definition of `examples/`, without its key, which the path says. */
const readExample = <Definition>(folder: string, key: string) =>
  withoutKey(findExample(folder, key), 'key') as unknown as Definition;

interface DestinationExample {
  readonly type: string;
  readonly name: string;
  readonly settings: JsonObject;
}

export const exampleAudience = (key: string): AudienceDefinition => readExample('audiences', key);
export const exampleJourney = (key: string): JourneyDefinition => readExample('journeys', key);
/** Without the names of its secrets: a test has its own. */
export function exampleDestination(key: string): DestinationExample {
  const { type, name, settings } = readExample<DestinationExample>('destinations', key);
  return { type, name, settings };
}

export async function putAudiences({ client }: System, ...keys: string[]): Promise<void> {
  for (const key of keys) await client.audiences.put(key, exampleAudience(key));
}

/** The CRM of the examples, at a twin. */
export async function putCrm({ client }: System, twin: WebhookTwin): Promise<void> {
  const crm = exampleDestination('crm');
  await client.destinations.put('crm', { ...crm, settings: { url: twin.hook }, secrets: { signingSecret } });
}

/** Saves and publishes an example, which must have nothing to find fault with that would stop it. */
export async function publishExample({ client }: System, key: string): Promise<void> {
  const { findings } = await client.journeys.put(key, exampleJourney(key));
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(await client.journeys.publish(key, { inFlight: 'finish' })).toMatchObject({ status: 'published' });
}

/** A page of somebody whose first event is still to be applied is empty. */
function onceApplied<Item>(page: Promise<Page<Item>>): Promise<Page<Item>> {
  return page.catch((error: unknown) => {
    if (error instanceof HeddleError && error.status === 404) return { data: [] };
    throw error;
  });
}

/** Waits until a profile's runs, oldest first, satisfy a condition; fails naming it and what they were. */
export async function runsOf(
  { client }: System,
  ref: string,
  holds: (runs: readonly Enrollment[]) => boolean,
  what: string,
): Promise<readonly Enrollment[]> {
  let seen: readonly Enrollment[] = [];
  const look = async () => {
    seen = [...(await onceApplied(client.profiles.enrollments(ref))).data].reverse();
    return holds(seen) ? seen : undefined;
  };
  return until(look, what, 30_000).catch((error: Error) => {
    throw new Error(`${error.message} ${JSON.stringify(seen)}`);
  });
}

/** Waits for the one run of a profile to stand at a step with its deadline set. */
export async function runAt(system: System, ref: string, step: string): Promise<Enrollment> {
  const stands = ([run, ...others]: readonly Enrollment[]): boolean =>
    others.length === 0 && run?.status === 'active' && run.step === step && run.dueAt !== undefined;
  const [run] = await runsOf(system, ref, stands, `the run of ${ref} to stand at ${step}`);
  return run as Enrollment;
}

/** Waits for the one run of a profile to end. */
export async function runEnded(system: System, ref: string): Promise<Enrollment> {
  const isOver = ([run, ...others]: readonly Enrollment[]): boolean =>
    others.length === 0 && run?.endedAt !== undefined;
  const [run] = await runsOf(system, ref, isOver, `the run of ${ref} to end`);
  return run as Enrollment;
}

/** Waits until a profile is, or is no longer, in an audience. */
export async function membership({ client }: System, ref: string, audience: string, is: 'in' | 'out'): Promise<void> {
  const look = async () => {
    const { data } = await onceApplied(client.profiles.audiences(ref));
    const isIn = data.some((stay) => stay.key === audience && stay.exitedAt === undefined);
    return isIn === (is === 'in') || undefined;
  };
  await until(look, `${ref} to be ${is} of ${audience}`, 30_000);
}

/**
 * What Temporal keeps of this system's workflows, readable: every history with its payloads decoded, by workflow type. A type that
 * did not run fails, so that the search cannot find nothing by looking at nothing.
 */
export async function historiesOf({ temporal, queuePrefix }: System, types: readonly string[]): Promise<string> {
  const queues = ['intake', 'clock', 'journeys', 'delivery'].map((queue) => `TaskQueue = '${queuePrefix}${queue}'`);
  const query = queues.join(' OR ');
  const handles = await until(
    async () => {
      const found: WorkflowExecutionInfo[] = [];
      for await (const info of temporal.workflow.list({ query })) found.push(info);
      return types.every((type) => found.some((info) => info.type === type)) ? found : undefined;
    },
    `workflows of the types ${types.join(', ')} to be listed`,
  );
  const texts: string[] = [];
  for (const { workflowId, runId } of handles) {
    const handle = temporal.workflow.getHandle(workflowId, runId);
    texts.push(workflowId, historyToJSON(await handle.fetchHistory()), JSON.stringify((await handle.describe()).raw));
  }
  const text = texts.map(decodePayloads).join('\n');
  // The intake's argument is in a payload and nowhere else: what is searched is readable.
  expect(text).toContain('"partition":0');
  return text;
}

const decodePayloads = (text: string): string =>
  text.replace(/"data":\s*"([\w+/=]+)"/g, (_, base64: string) => Buffer.from(base64, 'base64').toString());

/** Which of these values can be read in a text; an empty list is what one hopes for. */
export const foundIn = (text: string, values: readonly string[]): string[] =>
  values.filter((value) => text.toLowerCase().includes(value.toLowerCase()));
