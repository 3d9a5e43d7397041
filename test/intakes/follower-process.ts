// node bench/typescript.cjs test/intakes/follower-process.ts: follows the changes of an audience, and gives places on the way, in a process of its own.
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandStartedEvent } from 'mongodb';
import { bringFeed, nextChanges } from '../../src/api/audiences/changes/change-pages';
import type { ChangeCursor } from '../../src/domain/audiences/change-cursor';
import type { WorkspaceId } from '../../src/domain/ids';
import { openStore } from '../../src/store/store';

export interface FollowerOrder {
  readonly uri: string;
  readonly database: string;
  /** Base64. */
  readonly masterKey: string;
  readonly ws: WorkspaceId;
  readonly audience: string;
  /** The write before which it dies as by `kill -9`, counted from 1; commits are writes. */
  readonly diesAt?: number;
}

/** `[place, edge, profile]`, in the order in which they were read. */
export type Followed = readonly (readonly [number, string, string])[];

const writes = ['update', 'commitTransaction'];
let isToStop = false;

async function follow({ uri, database, masterKey, ws, audience, diesAt }: FollowerOrder): Promise<Followed> {
  const monitored = new URL(uri);
  monitored.searchParams.set('monitorCommands', 'true');
  const store = await openStore({ uri: monitored.href, database, masterKey: Buffer.from(masterKey, 'base64') });
  let count = 0;
  store.connection.client.on('commandStarted', ({ commandName }: CommandStartedEvent) => {
    if (writes.includes(commandName) && (count += 1) === diesAt) process.kill(process.pid, 'SIGKILL');
  });
  const reader = { store, ws, bring: (...of: [Parameters<typeof bringFeed>[1], number]) => bringFeed(store, ...of) };
  const followed: [number, string, string][] = [];
  let cursor: ChangeCursor = { audience, place: 0 };
  for (;;) {
    const isLast = isToStop;
    const { changes, next } = await nextChanges(reader, cursor, 7);
    followed.push(
      ...changes.map(({ cursor: { place }, edge, profile }) => [place, edge, profile] as [number, string, string]),
    );
    cursor = next;
    if (isLast && changes.length === 0) break;
    await delay(Math.random() * 20);
  }
  await store.connection.client.close();
  return followed;
}

process.on('message', (message: FollowerOrder | 'stop') => {
  if (message === 'stop') return void (isToStop = true);
  follow(message).then(
    (followed) => process.send?.(followed, () => process.disconnect()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
