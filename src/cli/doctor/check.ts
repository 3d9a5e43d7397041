/** One thing looked at. A warning needs no action now; a failure has a remedy. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, without secrets. */
  readonly found: string;
  readonly remedy?: string;
}

export const ok = (name: string, found: string): Check => ({ name, status: 'ok', found });
export const warning = (name: string, found: string, remedy: string): Check => ({
  name,
  status: 'warning',
  found,
  remedy,
});
export const failed = (name: string, found: string, remedy: string): Check => ({
  name,
  status: 'failed',
  found,
  remedy,
});

/** The cause in a few words: a code such as ECONNREFUSED where there is one, never an address with its password. */
export function causeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof code === 'string' ? code : typeof message === 'string' ? message : 'unknown reason';
  return text.replaceAll(/\/\/[^@/\s]*@/g, '//').split('\n')[0] ?? text;
}
