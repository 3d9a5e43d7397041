import type { SourceDefinition, SourcePull } from '../../src/client/types';
import { until, type System } from '../../src/testing/system';

export const hookMs = 60_000;

/** A customer by `id`, whose plan is a trait; rows without an id are refused. */
export const customers = {
  columns: {
    id: { to: 'identifier', type: 'user_id' },
    plan: { to: 'trait' },
    spent: { to: 'trait', as: 'number' },
  },
};

/** A schedule that does not come round while the test runs. */
export const rarely = '4w';

/** Saves a source whose mapping is `customers`, unless the settings say otherwise. */
export const putSource = (system: Pick<System, 'client'>, key: string, definition: Omit<SourceDefinition, 'name'>) =>
  system.client.sources.put(key, {
    ...definition,
    name: key,
    settings: { schedule: rarely, mapping: customers, ...definition.settings },
  });

/** Pulls, and waits until that run has ended and what it read is applied. */
export async function pull(system: System, key: string): Promise<SourcePull> {
  const before = (await system.client.sources.pulled(key)).lastRun?.endedAt;
  await system.client.sources.pull(key);
  const ended = await until(async () => {
    const now = await system.client.sources.pulled(key);
    return now.run === undefined && now.lastRun !== undefined && now.lastRun.endedAt !== before ? now : undefined;
  }, `the pull of ${key}`);
  await system.settled();
  return ended;
}

/** What of a profile the mapping sets; `undefined` when there is no such person. */
export async function traitsOf(system: System, user: string): Promise<unknown> {
  return (await system.client.profiles.get(`user_id:${user}`).catch(() => undefined))?.traits;
}

export const counts = ({ lastRun }: SourcePull) =>
  lastRun && [lastRun.rows, lastRun.accepted, lastRun.duplicates, lastRun.rejected];

/** Dead letters of a source, by code. */
export async function refusals(system: System, source: string): Promise<string[]> {
  const { data } = await system.client.deadLetters.list();
  return data.filter((letter) => letter.source === source).map(({ code }) => code);
}
