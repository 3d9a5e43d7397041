import { isDeliveryOutcome, runEnded, runMoved } from '../journeys/outcomes';
import type { DeliveryStatus } from '../delivery/delivery';
import type { StateCount } from './states';

/**
 * What was emitted, counted without the ledger, against what the ledger has. `gap` says how many do not add up, whichever way: two
 * errors never cancel. Anything but 0 is an alarm.
 */
export interface Conservation {
  readonly emitted: number;
  readonly ledger: number;
  readonly gap: number;
}

/** Visits of send steps, counted from the paths of runs. `outcome` is absent where no delivery ended the visit, or none yet. */
export interface VisitCount {
  readonly outcome?: string;
  readonly count: number;
}

const open: readonly DeliveryStatus[] = ['reserved', 'held', 'retrying'];

/**
 * Journey sends. A visit that ended with a delivery's state has emitted exactly one; one that is not over, or that an exit, a move to another
 * step or a merge cut short, at most one. So the ledger must hold a settled row for each of the first kind (else something emitted was lost), and no more rows
 * than visits of both kinds (else it has what nobody emitted). `isPathCut`: some path has forgotten its oldest visits, so that only
 * the first can be told.
 */
export function conserveSends(
  visits: readonly VisitCount[],
  rows: readonly StateCount[],
  isPathCut = false,
): Conservation {
  const settledVisits = sum(visits.filter(({ outcome }) => isDeliveryOutcome(outcome)));
  const otherVisits = sum(visits.filter(({ outcome }) => !isDeliveryOutcome(outcome)));
  const isCut = (reason: string | undefined): boolean => reason === runEnded || reason === runMoved;
  const settledRows = sum(rows.filter(({ status, reason }) => !open.includes(status) && !isCut(reason)));
  const lost = Math.max(0, settledVisits - settledRows);
  const unexplained = isPathCut ? 0 : Math.max(0, sum(rows) - settledVisits - otherVisits);
  return conserved(sum(rows), lost, unexplained);
}

/** What a sync knows of its own operations, for all time. */
export interface SyncCount {
  /** Operations ever begun. */
  readonly begun: number;
  /** Rows the ledger ever got for them. */
  readonly rows: number;
  /** Memberships at the destination that an operation is changing now. */
  readonly changing: number;
}

/**
 * Changes of audience members, `rows` within the window. Each operation begun has one row, and a row that is not settled belongs to a
 * membership that is still changing: one more than that would stay open for ever.
 */
export function conserveMembers(rows: readonly StateCount[], sync: SyncCount): Conservation {
  const unsettled = sum(rows.filter(({ status }) => open.includes(status)));
  const lost = Math.max(0, sync.begun - sync.rows);
  return conserved(sum(rows), lost, Math.max(0, sync.rows - sync.begun, unsettled - sync.changing));
}

/** Several checks as one. */
export function addConservations(parts: readonly Conservation[]): Conservation {
  const total = (field: keyof Conservation) => parts.reduce((all, part) => all + part[field], 0);
  return { emitted: total('emitted'), ledger: total('ledger'), gap: total('gap') };
}

const conserved = (ledger: number, lost: number, unexplained: number): Conservation => ({
  emitted: ledger + lost - unexplained,
  ledger,
  gap: lost + unexplained,
});

const sum = (rows: readonly { readonly count: number }[]): number =>
  rows.reduce((total, { count }) => total + count, 0);
