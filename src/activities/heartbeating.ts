import { Context } from '@temporalio/activity';

/** Runs `work` while heartbeating every second, so that a killed worker is noticed within the heartbeat time-out. */
export async function heartbeating<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 1_000);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(beat);
  }
}
