import { Counter, type Registry } from 'prom-client';
import { operationKindNames } from '../domain/operations/operation';
import { pullOutcomes } from '../domain/pulls/pull-run';

/** What a worker counts of long work. Labels are bounded: kinds and outcomes, never a key chosen by users. */
export function createWorkMetrics(registry: Registry) {
  const registers = [registry];
  const operationsEnded = new Counter({
    name: 'heddle_operations_ended_total',
    help: 'Operations that have ended, by kind and outcome.',
    labelNames: ['kind', 'outcome'] as const,
    registers,
  });
  const pullsEnded = new Counter({
    name: 'heddle_pulls_ended_total',
    help: 'Runs of pulled sources that have ended, by outcome.',
    labelNames: ['outcome'] as const,
    registers,
  });
  // A counter that begins at its first failure shows no increase there.
  for (const kind of operationKindNames)
    for (const outcome of ['completed', 'failed']) operationsEnded.inc({ kind, outcome }, 0);
  for (const outcome of pullOutcomes) pullsEnded.inc({ outcome }, 0);
  return {
    operationsEnded,
    pullsEnded,
    importedRows: new Counter({
      name: 'heddle_imported_rows_total',
      help: 'Rows of imports, dry runs aside, by what became of them.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    pulledRows: new Counter({
      name: 'heddle_pulled_rows_total',
      help: 'Rows of pulled sources, by what became of them.',
      labelNames: ['outcome'] as const,
      registers,
    }),
  };
}

export type WorkMetrics = ReturnType<typeof createWorkMetrics>;
