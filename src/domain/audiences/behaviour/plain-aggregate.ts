import { addToDecimal } from './decimal';
import { passes, type Aggregate } from './event-aggregate';

/** A matching event, as far as aggregates go. */
export interface Match {
  readonly at: number;
  readonly values: readonly number[];
}

/** Whether a measured number or instant passes the test of an aggregate at `now`. */
export function judgeMeasured(aggregate: Aggregate, measured: number | undefined, now: number): boolean {
  const { name, comparison } = aggregate;
  if (name !== 'first' && name !== 'last') return passes(aggregate, measured);
  if (measured === undefined) return false;
  const span = comparison.spanOf?.(measured);
  return span ? now >= span.from && now < span.to : comparison.holds(measured);
}

/** The plain definition of each aggregate; `undefined` where there is nothing to compare. */
export function measureMatches({ name }: Aggregate, found: readonly Match[]): number | undefined {
  if (name === 'count') return found.length;
  if (name === 'first' || name === 'last') {
    const instants = found.map(({ at }) => at).sort((one, other) => one - other);
    return instants.at(name === 'first' ? 0 : -1);
  }
  return aggregateNumbers(
    name,
    found.flatMap(({ values }) => values),
  );
}

function aggregateNumbers(name: 'sum' | 'min' | 'max' | 'average', numbers: readonly number[]): number | undefined {
  const sum = Number(addToDecimal('0', numbers));
  if (name === 'sum') return sum;
  if (numbers.length === 0) return undefined;
  if (name === 'average') return sum / numbers.length;
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted.at(name === 'min' ? 0 : -1);
}

/** The first later instant at which some match leaves the window or crosses a date boundary; `Infinity` for none. */
export function nextBreak({ comparison, windowMs }: Aggregate, found: readonly Match[], now: number): number {
  const breaks = found.flatMap(({ at }) => {
    const span = comparison.spanOf?.(at);
    return [windowMs === undefined ? Infinity : at + windowMs + 1, ...(span ? [span.from, span.to] : [])];
  });
  return breaks.filter((at) => at > now).reduce((one, other) => Math.min(one, other), Infinity);
}
