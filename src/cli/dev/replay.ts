import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../client/client';
import { LocalError } from '../../local/local-error';
import { figure } from '../figure';
import type { Terminal } from '../io';
import { startProgress } from '../progress';
import type { Replayed } from './demo-state';
import type { LiveEvent } from './live-plan';

export interface Sender {
  readonly url: string;
  readonly secretKey: string;
  readonly terminal: Terminal;
  /** Aborted when the user wants to stop. */
  readonly stopping: AbortSignal;
}

/**
 * Sends a history on the bulk lane, in order, and waits until all of it is applied. Sending it again is harmless: each event
 * counts once. Answers `undefined` when it was stopped half way.
 */
export async function replayHistory(
  sender: Sender,
  events: readonly object[],
  title: string,
): Promise<Replayed | undefined> {
  const { url, secretKey, terminal, stopping } = sender;
  const began = Date.now();
  const client = createClient({ url, writeKey: secretKey });
  const sending = startProgress(terminal);
  const { accepted, duplicates, rejected } = await client.events.sendAll(untilStopped(events, stopping), {
    lane: 'bulk',
    concurrency: 1,
    onProgress: ({ sent }) => sending.update(...counted(`sending ${title}`, sent, events.length)),
  });
  if (rejected[0])
    throw new LocalError(`The API refused sample data, ${rejected[0].messageId}: ${rejected[0].message}`);
  const sendSeconds = secondsSince(began);
  sending.end(`sent ${figure(events.length)} ${title} in ${sendSeconds.toFixed(1)} s`);
  if (stopping.aborted || !(await whenApplied(sender, title))) return undefined;
  return { events: events.length, accepted, duplicates, sendSeconds, applySeconds: secondsSince(began) };
}

/** Sends each event when it is due. Answers what was sent until then when it is stopped. */
export async function replayLive(sender: Sender, plan: readonly LiveEvent[]): Promise<Replayed> {
  const client = createClient({ url: sender.url, writeKey: sender.secretKey });
  const progress = startProgress(sender.terminal);
  const began = Date.now();
  const counts = { events: 0, accepted: 0, duplicates: 0 };
  while (counts.events < plan.length && !sender.stopping.aborted) {
    const due = plan.slice(counts.events).filter(({ dueMs }) => dueMs <= Date.now() - began);
    if (due.length > 0) {
      const answer = await client.events.sendAll(
        due.map(({ event }) => ({ ...event, timestamp: new Date().toISOString() })),
      );
      counts.events += due.length;
      counts.accepted += answer.accepted;
      counts.duplicates += answer.duplicates;
    }
    progress.update(...counted('live events', counts.events, plan.length));
    await pause(100, sender.stopping);
  }
  const sendSeconds = secondsSince(began);
  progress.end(`replayed ${figure(counts.events)} events of the last day in ${sendSeconds.toFixed(0)} s`);
  return { ...counts, sendSeconds, applySeconds: sendSeconds };
}

/** Waits so long, or until the user stops. */
export async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined); // stopped: nothing to wait for
}

const restPerLook = 3;

async function whenApplied({ url, terminal, stopping }: Sender, title: string): Promise<boolean> {
  const total = await pendingEvents(url);
  const progress = startProgress(terminal);
  const began = Date.now();
  let tookMs = 0;
  for (let pending = total; pending > 0;) {
    progress.update(...counted(`applying ${title}`, total - pending, total));
    // An embedded store counts what waits one by one: who asks too often holds it up.
    await pause(Math.max(1_000, restPerLook * tookMs), stopping);
    if (stopping.aborted) return false;
    const askedAt = Date.now();
    pending = await pendingEvents(url);
    tookMs = Date.now() - askedAt;
  }
  progress.end(`applied ${title}, the last ${figure(total)} in ${secondsSince(began).toFixed(1)} s`);
  return true;
}

/** Events that the API has acknowledged and no worker has applied, as `/metrics` says. */
export async function pendingEvents(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = /^heddle_events_pending(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  if (value === undefined)
    throw new LocalError(`${url}/metrics does not say how many events are pending; see its log.`);
  return Number(value);
}

function* untilStopped<Item>(items: readonly Item[], stopping: AbortSignal): Generator<Item> {
  for (const item of items) {
    if (stopping.aborted) return;
    yield item;
  }
}

/** `sending 5 of 10`, and the share of 1 that it is. */
const counted = (title: string, done: number, total: number): [text: string, share: number] => [
  `${title} ${figure(Math.min(done, total))} of ${figure(total)}`,
  total === 0 ? 1 : done / total,
];

const secondsSince = (began: number): number => (Date.now() - began) / 1_000;
