import type { z } from 'zod';
import type { JsonObject } from '../domain/json';
import type { RowMapping } from '../domain/rows/row-mapping.schema';

/** What columns mean: see docs/guides/imports.md. */
export type ImportMapping = z.input<typeof RowMapping>;

export interface ImportInput {
  readonly name?: string;
  /** `csv` unless set. */
  readonly format?: 'csv' | 'ndjson';
  readonly delimiter?: ',' | ';' | '\t' | '|';
  /** `auto` guesses it from the names of the columns; `events` takes each row for an event. */
  readonly mapping: 'auto' | 'events' | ImportMapping;
  /** A manual audience that each row's person is put into. */
  readonly audience?: string;
  /** Reads and checks everything and writes nothing. */
  readonly dryRun?: boolean;
}

export interface Import {
  readonly id: string;
  readonly name?: string;
  readonly format: 'csv' | 'ndjson';
  readonly dryRun: boolean;
  readonly audience?: string;
  readonly mapping: string | JsonObject;
  readonly file?: {
    readonly bytes: number;
    readonly rows: number;
    readonly columns: readonly string[];
    readonly delimiter?: string;
    readonly storedAt: string;
  };
  readonly createdBy: string;
  readonly createdAt: string;
}

/** A row of a dry run as the event it would be. */
export interface PreviewRow {
  readonly row: number;
  readonly event: JsonObject;
}

/** The result of an import's operation. */
export interface ImportResult {
  readonly dryRun: boolean;
  readonly rows: number;
  /** Rows whose events have been applied. */
  readonly applied?: number;
  /** Rows whose events could not be applied; they are dead letters. */
  readonly unapplied?: number;
  /** Of a dry run: rows that would be applied, and of these those of people who are known already or not yet. */
  readonly wouldApply?: number;
  readonly wouldUpdate?: number;
  readonly wouldCreate?: number;
  /** Rows whose message id had been received before. */
  readonly duplicates: number;
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly examples: readonly {
    readonly row: number;
    readonly code: string;
    readonly column: string;
    readonly message: string;
  }[];
  readonly columns: readonly string[];
}
