import { z } from 'zod';
import { Duration } from '../domain/definition-fields.schema';
import { parseDuration } from '../domain/duration';
import { PullSchedule } from '../domain/pulls/pull-schedule.schema';
import { RowMapping } from '../domain/rows/row-mapping.schema';

/** Settings that every pulled source has. */
export const pulledFields = {
  /** When it is asked. */
  schedule: PullSchedule,
  /** What its rows say. */
  mapping: RowMapping,
  /** How far before where it has been read to each run begins: rows that are committed late are found, others count once. */
  overlap: z.union([z.literal('0s'), Duration]).default('5m'),
  /** Rows that are stored at a time. */
  pageRows: z.int().min(1).max(5_000).default(500),
};

/** What is between the fields of a CSV. */
export const CsvDelimiter = z
  .string()
  .regex(/^[\t !#-~]$/, { error: 'A delimiter is one character of ASCII, and no quote.' })
  .default(',');

/** What runs need of any pulled source's settings. */
export const PulledSettings = z.object(pulledFields);
export type PulledSettings = z.output<typeof PulledSettings>;

export const overlapMsOf = ({ overlap }: Pick<PulledSettings, 'overlap'>): number =>
  overlap === '0s' ? 0 : parseDuration(overlap);
