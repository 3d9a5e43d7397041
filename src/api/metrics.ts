import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { operationKindNames, operationKinds } from '../domain/operations/operation';
import type { GaugeSource } from './deps';
import { ratePolicies } from './limits/rates';

/** What the API counts. Labels are bounded: never a workspace, a key or anything a sender chose. */
export function createApiMetrics(registry: Registry, gauges: readonly GaugeSource[] = []) {
  const registers = [registry];
  for (const gauge of gauges) addGauge(gauge, registers);
  return {
    duration: new Histogram({
      name: 'heddle_http_request_duration_seconds',
      help: 'Time from the first byte of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    accepted: new Counter({
      name: 'heddle_events_accepted_total',
      help: 'Events stored.',
      labelNames: ['kind'],
      registers,
    }),
    duplicates: new Counter({
      name: 'heddle_events_duplicate_total',
      help: 'Events whose messageId was known.',
      registers,
    }),
    rejected: new Counter({
      name: 'heddle_events_rejected_total',
      help: 'Events refused, by reason.',
      labelNames: ['code'],
      registers,
    }),
    ...createPlanCounters(registers),
    ...createRefusalCounters(registers),
    exposuresLost: new Counter({
      name: 'heddle_exposures_lost_total',
      help: 'Times that a surface was told what a journey shows, and that could not be recorded.',
      registers,
    }),
    operationsEnded: countCancelled(registers),
  };
}

function addGauge({ name, help, label, read }: GaugeSource, registers: Registry[]): void {
  new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers,
    async collect() {
      // A figure that cannot be read is absent rather than old or zero.
      const figure = await read().catch(() => undefined);
      if (label === undefined) this.remove();
      else this.reset();
      if (typeof figure === 'number') this.set(figure);
      else for (const [value, one] of Object.entries(figure ?? {})) this.set({ [label ?? '']: value }, one);
    },
  });
}

/** Workers count those that complete and fail; one is cancelled here. */
function countCancelled(registers: Registry[]) {
  const ended = new Counter({
    name: 'heddle_operations_ended_total',
    help: 'Operations that have ended, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  for (const kind of operationKindNames) if (operationKinds[kind].cancel) ended.inc({ kind, outcome: 'cancelled' }, 0);
  return ended;
}

/** What was not taken: whole requests, and events. */
function createRefusalCounters(registers: Registry[]) {
  const rateLimited = new Counter({
    name: 'heddle_rate_limited_total',
    help: 'Requests refused because a key or a workspace had sent as much as it may, by the limit.',
    labelNames: ['policy'],
    registers,
  });
  for (const policy of ratePolicies) rateLimited.inc({ policy }, 0);
  return {
    rateLimited,
    refused: new Counter({
      name: 'heddle_requests_refused_total',
      help: 'Requests answered with a problem, by the end of its type.',
      labelNames: ['reason'],
      registers,
    }),
    letters: new Counter({
      name: 'heddle_dead_letters_total',
      help: 'Dead letters, by stage and code.',
      labelNames: ['stage', 'code'],
      registers,
    }),
  };
}

/** What tracking plans keep out or mark. */
function createPlanCounters(registers: Registry[]) {
  return {
    quarantined: new Counter({
      name: 'heddle_events_quarantined_total',
      help: 'Events that a tracking plan keeps out until they are replayed.',
      registers,
    }),
    flagged: new Counter({
      name: 'heddle_events_flagged_total',
      help: 'Events stored that are not as their tracking plan says.',
      registers,
    }),
  };
}

export type ApiMetrics = ReturnType<typeof createApiMetrics>;
