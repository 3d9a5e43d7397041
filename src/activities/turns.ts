import { setImmediate as nextTurn } from 'node:timers/promises';

/** So often others get their turn: heartbeats, and whoever else this process works for. */
const turnMs = 10;

/**
 * For loops over what others send, where one round may take long: to be awaited between two rounds. Lets others have their turn when this
 * one has lasted 10 ms. Rejects when `signal` has been aborted meanwhile.
 */
export function takingTurns(signal?: AbortSignal): () => Promise<void> {
  let endsAt = performance.now() + turnMs;
  return async () => {
    if (performance.now() < endsAt) return;
    await nextTurn();
    signal?.throwIfAborted();
    endsAt = performance.now() + turnMs;
  };
}
