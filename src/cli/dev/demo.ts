import type { Client } from '../../client/client';
import { checkFacts } from './fact-checks';
import { planLive } from './live-plan';
import { readDemoDefinitions } from './demo-files';
import { readDemoState, writeDemoState, type DemoState, type Replayed } from './demo-state';
import { isLoadNeeded, type HistoryPart } from './history-part';
import { putAudiences, activate, type Digests } from './put-definitions';
import { pause, replayHistory, replayLive, type Sender } from './replay';
import { readSampleHistory } from './sample-data';
import { isSettled, readProgress, readStages, type Stages } from './stages';
import type { Twins } from './twins';

export interface Demo {
  readonly client: Client;
  readonly workspace: string;
  readonly sender: Sender;
  readonly twins: Twins;
  readonly part: HistoryPart;
}

const liveMs = 45_000;
const settleMs = 60_000;

/**
 * Makes the demo workspace what it should be: definitions, history, live traffic, each only if an earlier start has not done
 * it. Answers what happened in each stage, or `undefined` when the user stopped it half way; the next start goes on there.
 */
export async function playDemo(demo: Demo): Promise<Stages | undefined> {
  const { client, part, twins } = demo;
  const definitions = twins.fit(readDemoDefinitions());
  let state = readDemoState(demo.workspace, Date.now());
  const remember = (change: Partial<DemoState>) => writeDemoState((state = { ...state, ...change }));
  const rememberDigests = (digests: Digests) => remember({ definitions: { ...state.definitions, ...digests } });

  rememberDigests(await putAudiences(client, definitions, state.definitions));
  if (isLoadNeeded(state.history?.part, part)) {
    const history = await load(demo, state.endsAt);
    if (!history) return undefined;
    remember({ history: { ...history, part }, facts: await checkFacts(client, state.endsAt, part) });
  }
  rememberDigests(await activate(client, definitions, state.definitions));
  if (!state.live) {
    const live = await goLive(demo, state.endsAt);
    if (!live) return undefined;
    remember({ live });
  }
  return readStages(client, state, (destination) => twins.atVendor(destination));
}

async function load({ sender, part }: Demo, endsAt: number): Promise<Replayed | undefined> {
  const { profiles, events } = readSampleHistory(endsAt, part);
  return replayHistory(sender, [...profiles, ...events], 'profiles and events');
}

async function goLive(demo: Demo, endsAt: number): Promise<Replayed | undefined> {
  const { events } = readSampleHistory(endsAt, demo.part);
  const live = await replayLive(demo.sender, planLive(events, endsAt, liveMs));
  await settle(demo);
  return demo.sender.stopping.aborted ? undefined : live;
}

/** Gives runs and deliveries the seconds they still need; what takes longer goes on behind the table. */
async function settle({ client, sender: { stopping, terminal } }: Demo): Promise<void> {
  terminal.write('  waiting for journeys and deliveries to end\n');
  for (const end = Date.now() + settleMs; Date.now() < end && !stopping.aborted; await pause(1_000, stopping)) {
    if (isSettled(await readProgress(client))) return;
  }
}
