import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';

/** How long others wait for one slice. */
const sliceMs = 8;
/** Of the time that passes, the part that is worked: what is live comes first. */
const workedShare = 0.5;

export interface Turns {
  /** Lets others have their turn once a slice is over, and rests as long as it has worked. */
  readonly giveWay: () => Promise<void>;
  readonly isOver: () => boolean;
}

/** The turns of one step, which ends after a time or with its worker. */
export function createTurns(stepMs: number, signal: AbortSignal, now = (): number => performance.now()): Turns {
  const endsAt = now() + stepMs;
  let beganAt = now();
  return {
    giveWay: async () => {
      const worked = now() - beganAt;
      if (worked < sliceMs) return;
      signal.throwIfAborted();
      await immediate();
      await pause(Math.min(50, worked * (1 / workedShare - 1)));
      beganAt = now();
    },
    isOver: () => signal.aborted || now() >= endsAt,
  };
}
