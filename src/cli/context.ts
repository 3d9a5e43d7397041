import { createClient, type Client } from '../client/client';
import { findConnection, type Connection } from './connection';
import { figure } from './figure';
import type { Io } from './io';
import { plain, table } from './table';

/** What every command works with. */
export interface Context {
  readonly io: Io;
  readonly isJson: () => boolean;
  readonly connection: () => Connection;
  /** The API as the environment or `.local/dev.json` names it. */
  readonly client: (overrides?: Partial<Connection>) => Client;
  /** A result: one line of JSON with `--json`, otherwise what `human` prints. */
  readonly show: (result: unknown, human: () => string) => void;
  /** A remark for a person, apart from the result. */
  readonly note: (text: string) => void;
  readonly table: (headers: readonly string[], rows: readonly (readonly Cell[])[]) => string;
}

export type Cell = string | number | undefined;

export function createContext(io: Io, isJson: () => boolean): Context {
  const connection = () => findConnection(io);
  return {
    io,
    isJson,
    connection,
    client: (overrides) => createClient({ ...connection(), wait: io.wait, ...overrides }),
    show: (result, human) => void io.out.write(isJson() ? `${JSON.stringify(result ?? null)}\n` : human()),
    note: (text) => void io.err.write(`${plain(text)}\n`),
    table: (headers, rows) => {
      const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? figure(cell) : (cell ?? ''))));
      return table(headers, cells, io.out.columns);
    },
  };
}
