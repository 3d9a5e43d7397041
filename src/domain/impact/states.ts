import { deliveryStatuses, type DeliveryStatus } from '../delivery/delivery';

/** How many deliveries are in a state for a reason. */
export interface StateCount {
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly count: number;
}

export type Counts = Readonly<Record<string, number>>;

/** Deliveries by state. They add up: `emitted` is the sum of all states, those withheld for any reason included. */
export type States = { readonly [Status in Exclude<DeliveryStatus, 'withheld'>]: number } & {
  readonly emitted: number;
  readonly withheld: Counts;
};

const noReason = 'unstated';
const arrived: readonly DeliveryStatus[] = ['reserved', 'sent', 'delivered'];

export function statesOf(rows: readonly StateCount[]): States {
  const counted = tally(rows.map(({ status, count }) => [status, count]));
  const withheld = tally(rows.filter(({ status }) => status === 'withheld').map(byReason));
  const states = deliveryStatuses
    .filter((status) => status !== 'withheld')
    .map((status) => [status, counted[status] ?? 0]);
  return {
    emitted: rows.reduce((sum, { count }) => sum + count, 0),
    ...(Object.fromEntries(states) as Record<Exclude<DeliveryStatus, 'withheld'>, number>),
    withheld,
  };
}

/** Why deliveries have not arrived: reason or code → number, for every state that is not an arrival. */
export function reasonsOf(rows: readonly StateCount[]): Readonly<Partial<Record<DeliveryStatus, Counts>>> {
  const statuses = deliveryStatuses.filter((status) => !arrived.includes(status));
  const entries = statuses.map((status) => [status, tally(rows.filter((row) => row.status === status).map(byReason))]);
  return Object.fromEntries(entries.filter(([, counts]) => Object.keys(counts as Counts).length > 0)) as Partial<
    Record<DeliveryStatus, Counts>
  >;
}

/** Adds up what is counted under the same name. A name is data, `__proto__` included. */
export function tally(rows: readonly (readonly [name: string, count: number])[]): Counts {
  const sums = new Map<string, number>();
  for (const [name, count] of rows) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

/** The sum of what was counted, under whatever names. */
export const totalOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

const byReason = ({ reason, count }: StateCount) => [reason ?? noReason, count] as const;
