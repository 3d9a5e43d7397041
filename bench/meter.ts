import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Usage {
  readonly process: string;
  /** CPU seconds, user and system, for each thousand of what was counted. */
  readonly cpuSeconds: number;
  /** Resident memory at the end. */
  readonly megabytes: number;
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Counts what these processes use from now on; they are named by their pids. Linux only. */
export function startMeter(pids: Readonly<Record<string, number>>): (count: number) => Usage[] {
  const before = new Map(Object.values(pids).map((pid) => [pid, cpuSecondsOf(pid)]));
  return (count) =>
    Object.entries(pids).map(([process, pid]) => ({
      process,
      cpuSeconds: ((cpuSecondsOf(pid) - (before.get(pid) ?? 0)) * 1_000) / count,
      megabytes: megabytesOf(pid),
    }));
}

/** utime and stime, the 14th and 15th field; the second is a name in brackets that may contain spaces. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export function megabytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1_024);
}
