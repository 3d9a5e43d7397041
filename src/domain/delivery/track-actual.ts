import type { Actual, PlannedOperation, Sync } from './reconcile';

/** How an operation ended. `unknown`: it may have been done. */
export type OperationOutcome = 'done' | 'refused' | 'unknown';

/** The entries of an operation's units while it is under way; to be written before it is sent. */
export function beginOperation({ operation, version, units }: PlannedOperation, actual: readonly Actual[]): Actual[] {
  const lost = new Map(actual.map((entry) => [entry.key, entry.lost]));
  return units.map((unit) => ({
    ...unit,
    state: 'pending',
    profile: operation.profile,
    version,
    operation: operation.id,
    lost: lost.get(unit.key) ?? 0,
  }));
}

export interface ActualChange {
  readonly put: readonly Actual[];
  /** Keys of entries that are gone. */
  readonly drop: readonly string[];
}

/**
 * What is known after an operation. `actual`: its pending entries, and all others last sent for the same profile. Vendors that match
 * people by several identifiers remove the person: what else was sent for that profile may have gone with it.
 */
export function endOperation(
  { members }: Pick<Sync, 'members'>,
  { operation }: Pick<PlannedOperation, 'operation'>,
  actual: readonly Actual[],
  outcome: OperationOutcome,
): ActualChange {
  const own = actual.filter((entry) => entry.operation === operation.id && entry.state === 'pending');
  if (outcome === 'refused') return { put: own.map((entry) => ({ ...entry, state: 'refused' })), drop: [] };
  if (outcome === 'unknown') return { put: own.map(lose), drop: [] };
  if (operation.operation === 'add') return { put: own.map((entry) => ({ ...entry, state: 'held' })), drop: [] };
  const beside = actual.filter((entry) => entry.profile === operation.profile && entry.state === 'held');
  return { put: members === 'identifier' ? beside.map(lose) : [], drop: own.map(({ key }) => key) };
}

const lose = (entry: Actual): Actual => ({ ...entry, state: 'unknown', lost: entry.lost + 1 });
