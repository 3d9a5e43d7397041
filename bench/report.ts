import type { BenchResult } from './bench';
import type { Usage } from './meter';

/** A result for people: the figure, then what it is compared with, then what it cost. */
export function textOf(result: BenchResult): string {
  const lines = [
    `${verdict(result)} ${result.name}: ${number(result.value)} ${result.unit}`,
    comparison(result),
    result.note,
    result.usage && cost(result.usage),
  ];
  return lines.filter((line) => line !== undefined).join('\n    ');
}

function comparison({ floor, ratio, target }: BenchResult): string | undefined {
  if (floor !== undefined && ratio !== undefined)
    return `floor ${number(floor)}, ratio ${ratio.toFixed(2)}${target === undefined ? '' : `, target ≥ ${target}`}`;
  return target === undefined ? undefined : `target ≤ ${number(target)}`;
}

function verdict({ value, ratio, target }: BenchResult): string {
  if (target === undefined) return ' ';
  return (ratio === undefined ? value <= target : ratio >= target) ? '✓' : '✗';
}

function cost(usage: readonly Usage[]): string {
  const servers = usage.filter(({ process }) => process !== 'client');
  const total = servers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const each = usage.map(
    ({ process, cpuSeconds, megabytes }) => `${process} ${cpuSeconds.toFixed(2)} (${megabytes} MB)`,
  );
  return `CPU s per 1,000, servers together: ${total.toFixed(2)}; ${each.join(', ')}`;
}

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toLocaleString('en', { maximumFractionDigits: 1 });
