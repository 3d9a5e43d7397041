import pino, { type Logger } from 'pino';

/** Structured logs on standard output: ids and codes, never personal values or secrets. */
export function createLogger(process: string, level: string): Logger {
  return pino({ name: `heddle-${process}`, level, base: { pid: globalThis.process.pid } });
}

/** Says that this process is older than the database, whose migrations these are: see docs/operations/upgrading.md. */
export function warnOfNewer(migrations: readonly number[], log: Logger): void {
  if (migrations.length > 0) log.warn({ migrations }, 'a newer version has prepared the database; this one is older');
}
