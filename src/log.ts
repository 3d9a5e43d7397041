import pino, { type Logger } from 'pino';

/** Structured logs on standard output: ids and codes, never personal values or secrets. */
export function createLogger(process: string, level: string): Logger {
  return pino({ name: `heddle-${process}`, level, base: { pid: globalThis.process.pid } });
}
