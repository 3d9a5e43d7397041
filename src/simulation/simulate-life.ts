import type { SimulatedLife, SimulatedSend } from '../domain/journeys/simulated/simulated-life';
import { Life, type Surroundings } from './live-through';
import { beginLife, type Lives, type StoredPerson } from './person';

export async function simulateLife(
  surroundings: Surroundings,
  person: StoredPerson,
  lives: Omit<Lives, 'rulesetVersion'>,
): Promise<SimulatedLife> {
  const { memory, events } = beginLife(person, { ...lives, rulesetVersion: surroundings.ruleset.version });
  const isWhole = await new Life(surroundings, memory).liveThrough(events, lives.window);
  const runs = [...memory.enrollments.values()];
  const ids = new Set<string>(runs.map(({ id }) => id));
  const sends = [...memory.deliveries.values()].flatMap((delivery): SimulatedSend[] => {
    const { enrollment, journey = '', step = '', destination, channel, status, reason, updatedAt } = delivery;
    if (enrollment === undefined || !ids.has(enrollment)) return [];
    return [
      {
        ...{ enrollment, journey, step, destination, status, at: updatedAt },
        ...(channel !== undefined && { channel }),
        ...(reason !== undefined && { reason }),
      },
    ];
  });
  return { runs, sends: sends.sort((one, other) => one.at - other.at), isCutShort: !isWhole };
}
