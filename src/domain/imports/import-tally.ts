import { z } from 'zod';

/** A refused row, as results show it: what is wrong and where, never what the row says. */
export const RefusedExample = z.object({
  /** Counted from 1; neither the header nor empty lines count. */
  row: z.int(),
  code: z.string(),
  column: z.string(),
  message: z.string(),
});
export type RefusedExample = z.output<typeof RefusedExample>;

const Tally = z.object({
  rows: z.int(),
  /** Rows that became events; of a dry run, rows that would. */
  accepted: z.int(),
  /** Rows whose message id had been received before, which changes nothing. */
  duplicates: z.int(),
  rejected: z.int(),
  rejectedByCode: z.record(z.string(), z.int()),
  /** The first ones. */
  examples: z.array(RefusedExample),
  /** Of a dry run: accepted rows by whether any of their identifiers is known already. */
  known: z.int(),
  unknown: z.int(),
});

/** What has become of the rows so far; also as it was stored before imports said `duplicates` and `rejected`. */
export const ImportTally = z.preprocess((stored) => {
  if (typeof stored !== 'object' || stored === null || !('repeated' in stored)) return stored;
  const { repeated, refused, refusedByCode, ...rest } = stored as Record<string, unknown>;
  return { ...rest, duplicates: repeated, rejected: refused, rejectedByCode: refusedByCode };
}, Tally);
export type ImportTally = z.output<typeof ImportTally>;

export const emptyTally: ImportTally = {
  ...{ rows: 0, accepted: 0, duplicates: 0, rejected: 0, known: 0, unknown: 0 },
  rejectedByCode: {},
  examples: [],
};

const mostExamples = 20;

/** What one step did, on top of what those before did. */
export interface StepTally {
  readonly accepted: number;
  readonly duplicates: number;
  readonly known: number;
  readonly rejected: readonly RefusedExample[];
}

export function addToTally(tally: ImportTally, step: StepTally): ImportTally {
  const byCode = { ...tally.rejectedByCode };
  for (const { code } of step.rejected) byCode[code] = (byCode[code] ?? 0) + 1;
  const rows = step.accepted + step.duplicates + step.rejected.length;
  return {
    rows: tally.rows + rows,
    accepted: tally.accepted + step.accepted,
    duplicates: tally.duplicates + step.duplicates,
    rejected: tally.rejected + step.rejected.length,
    rejectedByCode: byCode,
    examples: [...tally.examples, ...step.rejected].slice(0, mostExamples),
    known: tally.known + step.known,
    unknown: tally.unknown + step.accepted - step.known,
  };
}
