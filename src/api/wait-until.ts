import { setTimeout as delay } from 'node:timers/promises';

const looks = { atMost: 50, everyMs: 100 };

/** Looks every 100 ms for at most 5 s until `isDone` holds of what was read; answers the last reading either way. */
export async function waitUntil<Read>(read: () => Promise<Read>, isDone: (read: Read) => boolean): Promise<Read> {
  let found = await read();
  for (let look = 0; look < looks.atMost && !isDone(found); look += 1) {
    await delay(looks.everyMs);
    found = await read();
  }
  return found;
}
