import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every `everyMs` until the answer is not undefined; undefined when `forMs` is over first. */
export async function poll<Answer>(
  ask: () => Promise<Answer | undefined>,
  { forMs, everyMs = 100 }: { readonly forMs: number; readonly everyMs?: number },
): Promise<Answer | undefined> {
  for (const end = Date.now() + forMs; Date.now() < end; await sleep(everyMs)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}
