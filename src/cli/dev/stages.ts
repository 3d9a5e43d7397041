import type { Client } from '../../client/client';
import type { DestinationImpact } from '../../client/types';
import { totalOf } from '../../domain/impact/states';
import type { DemoState, Replayed } from './demo-state';
import type { FactCheck } from './fact-checks';

export interface DestinationStage {
  readonly key: string;
  readonly emitted: number;
  /** Deliveries by state; states with none are left out. */
  readonly states: Readonly<Record<string, number>>;
  readonly withheld: Readonly<Record<string, number>>;
  /** What the vendor at the other end says. */
  readonly atVendor: string;
}

/** What happened in each stage, read from the API. */
export interface Stages {
  readonly ingestion: { readonly history?: Replayed; readonly live?: Replayed };
  readonly identity: { readonly profiles: number };
  readonly audiences: readonly { readonly key: string; readonly size: number; readonly status: string }[];
  readonly journeys: readonly {
    readonly key: string;
    readonly entered: number;
    readonly active: number;
    readonly completed: number;
    readonly exited: number;
    readonly failed: number;
  }[];
  readonly activation: readonly DestinationStage[];
  readonly impact: { readonly emitted: number; readonly accounted: number };
  readonly facts: readonly FactCheck[];
}

type AtVendor = (destination: string) => string;

export async function readStages(
  client: Client,
  { history, live, facts = [] }: DemoState,
  atVendor: AtVendor,
): Promise<Stages> {
  const activation = await readActivation(client, atVendor);
  return {
    ingestion: { ...(history && { history }), ...(live && { live }) },
    identity: { profiles: (await all(client.profiles.each({ limit: 1_000 }))).length },
    audiences: await readAudiences(client),
    journeys: await readJourneys(client),
    activation,
    impact: impactOf(activation),
    facts,
  };
}

/** Whether nothing is under way any more: no run is active, no delivery is open. */
export function isSettled({ journeys, activation }: Pick<Stages, 'journeys' | 'activation'>): boolean {
  const open = ['reserved', 'sent', 'retrying'];
  return (
    journeys.every(({ active }) => active === 0) &&
    activation.every(({ states }) => open.every((state) => (states[state] ?? 0) === 0))
  );
}

export async function readProgress(client: Client): Promise<Pick<Stages, 'journeys' | 'activation'>> {
  return { journeys: await readJourneys(client), activation: await readActivation(client, () => '') };
}

async function readAudiences(client: Client): Promise<Stages['audiences']> {
  const audiences = await all(client.audiences.each());
  return audiences.map(({ key, size, status }) => ({ key, size, status }));
}

async function readJourneys(client: Client): Promise<Stages['journeys']> {
  const journeys = await all(client.journeys.each());
  return Promise.all(
    journeys.map(async ({ key }) => {
      const { entered, active, completed, exited, failed } = await client.journeys.funnel(key);
      return { key, entered, active, completed, exited: totalOf(exited), failed };
    }),
  );
}

async function readActivation(client: Client, atVendor: AtVendor): Promise<readonly DestinationStage[]> {
  const destinations = await all(client.destinations.each());
  return Promise.all(
    destinations.map(async ({ key }) => toStage(key, await client.impact.destination(key), atVendor(key))),
  );
}

const states = ['reserved', 'held', 'sent', 'retrying', 'delivered', 'rejected', 'dead', 'unknown'] as const;

type DeliveryCounts = Pick<DestinationImpact, (typeof states)[number] | 'emitted' | 'withheld'>;

export function toStage(key: string, impact: DeliveryCounts, atVendor: string): DestinationStage {
  const present = states.filter((state) => impact[state] > 0).map((state) => [state, impact[state]]);
  const { emitted, withheld } = impact;
  return { key, emitted, withheld, states: Object.fromEntries(present) as Record<string, number>, atVendor };
}

/** Every delivery is in exactly one state, so the states must add up to what was emitted. */
export function impactOf(activation: readonly DestinationStage[]): Stages['impact'] {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    emitted: sum(activation.map(({ emitted }) => emitted)),
    accounted: sum(
      activation.flatMap(({ states, withheld }) => [...Object.values(states), ...Object.values(withheld)]),
    ),
  };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
