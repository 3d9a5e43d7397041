import type { Logger } from 'pino';
import type { WorkspaceId } from '../domain/ids';

export interface DoorbellOptions {
  /** Signals the intake of one partition, starting it where there is none. */
  readonly ring: (ws: WorkspaceId, partition: number) => Promise<unknown>;
  readonly log: Logger;
  /** At most one ring per partition in this time. */
  readonly everyMs?: number;
  /** Runs `then` later, once. Tests pass their own. */
  readonly later?: (then: () => void, delayMs: number) => void;
}

const usualEveryMs = 50;

function later(then: () => void, delayMs: number): void {
  setTimeout(then, delayMs).unref();
}

/**
 * A doorbell that many may push at once: it rings for the first push, and once more at the end of the interval if anybody pushed
 * during it. A ring that fails is nobody's error: events are stored, and the clock rings for whatever stays pending.
 */
export function createDoorbell(options: DoorbellOptions): (ws: WorkspaceId, partition: number) => void {
  const { everyMs = usualEveryMs, later: schedule = later, log } = options;
  /** Partitions rung in this interval; true when pushed again since. */
  const recent = new Map<string, boolean>();
  let isDown = false;

  const settle = (error?: unknown): void => {
    if (error !== undefined && !isDown)
      log.warn({ code: nameOf(error) }, 'the intake cannot be rung; events wait in the store');
    if (error === undefined && isDown) log.info('the intake can be rung again');
    isDown = error !== undefined;
  };

  const ringNow = (name: string, ws: WorkspaceId, partition: number): void => {
    recent.set(name, false);
    options.ring(ws, partition).then(
      () => settle(),
      (error: unknown) => settle(error ?? 'unknown'),
    );
    schedule(() => {
      if (recent.get(name) === true) ringNow(name, ws, partition);
      else recent.delete(name);
    }, everyMs);
  };

  return (ws, partition) => {
    const name = `${ws}/${partition}`;
    if (recent.has(name)) recent.set(name, true);
    else ringNow(name, ws, partition);
  };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
