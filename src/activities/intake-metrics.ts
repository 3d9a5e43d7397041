import { Counter, Histogram, type Registry } from 'prom-client';

/** What a worker counts. Labels are bounded: never a workspace, profile or key chosen by users. */
export function createIntakeMetrics(registry: Registry) {
  const registers = [registry];
  return {
    applied: new Counter({ name: 'heddle_events_applied_total', help: 'Events applied to profiles.', registers }),
    ...createExceptionCounters(registers),
    conflicts: new Counter({
      name: 'heddle_apply_conflicts_total',
      help: 'Batches read again because another writer was first.',
      registers,
    }),
    applyDuration: new Histogram({
      name: 'heddle_apply_duration_seconds',
      help: 'Time to apply one batch, store included.',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    clockLateness: new Histogram({
      name: 'heddle_clock_lateness_seconds',
      help: 'How late a membership that changes by time was evaluated.',
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
      registers,
    }),
    backfilled: new Counter({
      name: 'heddle_profiles_backfilled_total',
      help: 'Profiles brought to newer definitions.',
      registers,
    }),
  };
}

/** What became of events other than being applied as they are. */
function createExceptionCounters(registers: Registry[]) {
  return {
    dead: new Counter({
      name: 'heddle_events_dead_total',
      help: 'Events that could not be applied and became dead letters.',
      registers,
    }),
    letters: new Counter({
      name: 'heddle_dead_letters_total',
      help: 'Dead letters, by stage and code.',
      labelNames: ['stage', 'code'] as const,
      registers,
    }),
    refused: new Counter({
      name: 'heddle_events_of_erased_total',
      help: 'Events removed unapplied, because everybody they name was erased.',
      registers,
    }),
    blocked: new Counter({
      name: 'heddle_identifiers_blocked_total',
      help: 'Identifiers of applied events that a protection kept from a profile, by reason.',
      labelNames: ['reason'] as const,
      registers,
    }),
    quarantined: new Counter({
      name: 'heddle_identifiers_quarantined_total',
      help: 'Identifiers that name nobody any more, since they came with too many people or somebody asked.',
      registers,
    }),
    ignored: new Counter({
      name: 'heddle_entries_ignored_total',
      help: 'Entries that applied events fitted and that began no run, by reason.',
      labelNames: ['reason'] as const,
      registers,
    }),
  };
}

export type IntakeMetrics = ReturnType<typeof createIntakeMetrics>;
