export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly isTTY?: boolean | undefined;
}

/** Everything a command touches outside the API, so that a test can hand it something else. */
export interface Io {
  /** Results only: with `--json` nothing but JSON. */
  readonly out: Terminal;
  /** Progress, notes and errors. */
  readonly err: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Waits, in milliseconds, between two looks and before another try. */
  readonly wait: (milliseconds: number) => Promise<void>;
}
