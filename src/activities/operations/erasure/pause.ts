import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 500;

/** Before a step that waits for others looks again. Ends early when the worker stops: another one goes on. */
export async function pause(signal: AbortSignal): Promise<void> {
  await delay(pauseMs, undefined, { signal });
}
