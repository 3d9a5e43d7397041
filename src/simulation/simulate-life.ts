import type { Enrollment } from '../domain/journeys/enrollment';
import { Life, type Surroundings } from './live-through';
import { beginLife, type Lives, type StoredPerson } from './person';

/** A send of a simulated run: what became of it, and why where it did not leave. */
export interface SimulatedSend {
  readonly enrollment: string;
  readonly journey: string;
  readonly step: string;
  readonly destination: string;
  readonly channel?: string;
  readonly status: string;
  readonly reason?: string;
  readonly at: number;
}

/** What the journeys did in one person's life. */
export interface SimulatedLife {
  readonly runs: readonly Enrollment[];
  readonly sends: readonly SimulatedSend[];
  /** There was no end to it, and the rest is left out. */
  readonly isCutShort: boolean;
}

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
