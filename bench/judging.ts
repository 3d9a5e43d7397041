// node bench/typescript.cjs bench/judging.ts: what a tracking plan and the catalogue add to reading one event at the door.
import { parseEvent, type ParseOptions } from '../src/domain/events/parse-event';
import { learn, startLearning } from '../src/domain/catalogue/learning';
import { compilePlan } from '../src/domain/tracking-plan/compile-plan';
import { judgeEvent } from '../src/domain/tracking-plan/judge-event';
import { TrackingPlan } from '../src/domain/tracking-plan/plan.schema';
import { median } from './measure';

const events = 20_000;
const rounds = 9;
const properties = Array.from({ length: 20 }, (_, n) => `property_${n}`);

const raws = Array.from({ length: events }, (_, n) => ({
  type: 'track',
  messageId: `m${n}`,
  userId: `u${n % 1_000}`,
  event: `Event ${n % 10}`,
  timestamp: '2026-05-01T09:00:00Z',
  properties: Object.fromEntries(properties.map((name, at) => [name, at % 2 === 0 ? n : `value ${n % 7}`])),
}));
const options: ParseOptions = {
  receivedAt: Date.UTC(2026, 4, 1, 10),
  source: 'bench',
  isTrusted: true,
  json: { maxBytes: 32_768, maxDepth: 64, hasEscapes: false },
  makeMessageId: () => 'none',
};
const plan = compilePlan(
  TrackingPlan.parse({
    name: 'Bench',
    unplannedProperties: 'flag',
    events: Array.from({ length: 10 }, (_, n) => ({
      event: `Event ${n}`,
      properties: properties.map((path, at) => ({
        ...{ path, required: true },
        ...(at % 2 === 0 ? { types: ['number'] } : { types: ['string'], startsWith: 'value' }),
      })),
    })),
  }),
  'bench',
  1,
);

const read = (): void => raws.forEach((raw) => void parseEvent(raw, options));
const judge = (): void => raws.forEach((raw) => void judgeEvent(parseEvent(raw, options), plan));
/** In spans of 1,000 events, which is one second of a busy door. */
function teach(): void {
  let learning = new Map<string, ReturnType<typeof startLearning>>();
  raws.forEach((raw, index) => {
    const parsed = parseEvent(raw, options);
    if (!('event' in parsed)) return;
    if (index % 1_000 === 0) learning = new Map();
    const one = learning.get(parsed.event.name) ?? startLearning(parsed.event);
    learning.set(parsed.event.name, one);
    learn(one, parsed.event, { source: parsed.event.source, mostProperties: 300 });
  });
}

/** Microseconds of processor time an event. */
function cost(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / events;
}

const costs = { read: [] as number[], judge: [] as number[], teach: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  costs.read.push(cost(read));
  costs.judge.push(cost(judge));
  costs.teach.push(cost(teach));
}
const [base, judged, taught] = [median(costs.read), median(costs.judge), median(costs.teach)];
const line = (what: string, value: number): string => `${what.padEnd(46)} ${value.toFixed(2)} µs an event\n`;
process.stdout.write(line('reading an event of 20 properties', base));
process.stdout.write(line('a plan of 20 rules for it, on top', judged - base));
process.stdout.write(line('the catalogue, 100 a second of each name, on top', taught - base));
