import { randomUUID } from 'node:crypto';
import { parseEvent, type ParseOptions } from '../src/domain/events/parse-event';
import type { Bench } from './bench';
import { median } from './measure';
import { traffic } from './traffic';

const count = 50_000;
const rounds = 5;

const json = { maxBytes: 32_768, maxDepth: 64, hasEscapes: false };

/** Checking and reading events that are parsed already, in this process alone: per second of its own CPU time. */
export const validate: Bench = async () => {
  const options: ParseOptions = {
    ...{ receivedAt: Date.now(), source: 'bench', isTrusted: true, json },
    makeMessageId: randomUUID,
  };
  const events = traffic(count, 1_000).map((event) => ({ messageId: randomUUID(), ...event }));
  const rates = Array.from({ length: rounds + 1 }, () => rateOf(events, options)).slice(1);
  return [{ name: 'validate: events checked', value: median(rates), unit: 'events per CPU second' }];
};

function rateOf(events: readonly unknown[], options: ParseOptions): number {
  const before = process.cpuUsage();
  for (const event of events) if (!('event' in parseEvent(event, options))) throw new Error('An event was refused.');
  const { user, system } = process.cpuUsage(before);
  return (events.length * 1e6) / (user + system);
}
