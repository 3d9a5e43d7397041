import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { GaugeSource } from './deps';

/** What the API counts. Labels are bounded: never a workspace, a key or anything a sender chose. */
export function createApiMetrics(registry: Registry, gauges: readonly GaugeSource[] = []) {
  const registers = [registry];
  for (const { name, help, read } of gauges) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // A figure that cannot be read is absent rather than old or zero.
        await read().then(
          (value) => this.set(value),
          () => this.remove(),
        );
      },
    });
  }
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
