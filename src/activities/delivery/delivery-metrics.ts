import { Counter, Histogram, type Registry } from 'prom-client';

/** What delivering counts. Labels are bounded: the kind of destination and the outcome, never a key chosen by users. */
export function createDeliveryMetrics(registry: Registry) {
  const registers = [registry];
  return {
    deliveries: new Counter({
      name: 'heddle_deliveries_total',
      help: 'Delivery attempts by type of destination and outcome.',
      labelNames: ['type', 'outcome'] as const,
      registers,
    }),
    withheld: new Counter({
      name: 'heddle_sends_withheld_total',
      help: 'Sends of journeys that were withheld though their destination would have taken them, by why.',
      labelNames: ['reason'] as const,
      registers,
    }),
    latency: new Histogram({
      name: 'heddle_delivery_latency_seconds',
      help: 'From what caused a delivery to its acknowledgement.',
      labelNames: ['type'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300],
      registers,
    }),
    timerLateness: new Histogram({
      name: 'heddle_timer_lateness_seconds',
      help: 'How long after its due time a waiting run moved on.',
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
      registers,
    }),
  };
}

export type DeliveryMetrics = ReturnType<typeof createDeliveryMetrics>;
