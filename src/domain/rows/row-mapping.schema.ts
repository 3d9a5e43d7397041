import { z } from 'zod';
import { groupTypes } from '../groups/group';
import { Name, Zone } from '../definition-fields.schema';
import { TypeName } from '../identity/identifier-types.schema';
import { findFormatProblem } from './date-format';
import { findMappingProblems } from './mapping-problems';

/** What a row can become. */
export const rowKinds = ['identify', 'track', 'group'] as const;
export type RowKind = (typeof rowKinds)[number];

const Word = z.string().max(64);
const Words = z.array(Word).min(1).max(20);
const wholeFormats: readonly string[] = ['iso', 'seconds', 'milliseconds'];
const Format = z
  .string()
  .min(1)
  .max(64)
  .superRefine((format, context) => {
    const problem = wholeFormats.includes(format) ? undefined : findFormatProblem(format);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `The format ${problem}` });
  });

/** Types of value without options. */
export const plainConversions = ['text', 'number', 'integer', 'boolean', 'date', 'instant', 'json'] as const;

/** How a cell is read. */
export const Conversion = z.union(
  [
    z.enum(plainConversions),
    /** Numbers as people write them: `{ "number": { "decimal": ",", "thousands": "." } }` reads `1.234,5`. */
    z.strictObject({
      number: z.strictObject({ decimal: z.enum(['.', ',']), thousands: z.enum(['.', ',', ' ', "'"]).optional() }),
    }),
    z.strictObject({ boolean: z.strictObject({ true: Words, false: Words }) }),
    /** A day, stored as `2026-05-01`. `date` and `instant` take Luxon tokens, `iso`, `seconds` or `milliseconds`. */
    z.strictObject({ date: Format, zone: Zone.optional() }),
    /** A moment, stored as RFC 3339 in UTC. The zone is that of texts that name none. */
    z.strictObject({ instant: Format, zone: Zone.optional() }),
    /** Text cut at a separator; empty parts are left out. */
    z.strictObject({
      list: z.string().min(1).max(8),
      of: z.enum(['text', 'number', 'integer', 'boolean']).optional(),
    }),
  ],
  {
    error: `Write one of ${plainConversions.join(', ')}, { "number": { "decimal", "thousands"? } }, { "boolean": { "true", "false" } }, { "date": format, "zone"? }, { "instant": format, "zone"? } or { "list": separator, "of"? }.`,
  },
);
export type Conversion = z.infer<typeof Conversion>;

/** What an empty cell or text means: nothing, "delete this", or the empty text itself. */
export const Blank = z.enum(['keep', 'clear', 'empty']);
export type Blank = z.infer<typeof Blank>;
/** What `null` means in rows of JSON: "delete this", or nothing. */
export const Null = z.enum(['clear', 'keep']);
export type Null = z.infer<typeof Null>;

const fact = {
  /** Without one, the column's own. */
  name: Name.optional(),
  /** Without one, the value as it stands: text of a CSV, any JSON of an NDJSON. */
  as: Conversion.optional(),
  blank: Blank.optional(),
  null: Null.optional(),
};

/** What one column says of the person or the event. */
export const Target = z.discriminatedUnion('to', [
  /** Of a type that the workspace has, which whoever saves a mapping looks at. */
  z.strictObject({ to: z.literal('identifier'), type: TypeName }),
  z.strictObject({ to: z.literal('trait'), ...fact }),
  z.strictObject({ to: z.literal('property'), ...fact }),
  /** Granted or denied; a word that is neither refuses the row. */
  z.strictObject({
    to: z.literal('consent'),
    purpose: Name,
    granted: Words.default(['granted', 'true', 'yes', '1']),
    denied: Words.default(['denied', 'false', 'no', '0']),
  }),
  z.strictObject({ to: z.literal('occurredAt'), as: Conversion.optional() }),
  z.strictObject({ to: z.literal('messageId') }),
  z.strictObject({ to: z.literal('type') }),
  z.strictObject({ to: z.literal('event') }),
  z.strictObject({ to: z.literal('groupId') }),
  /** What the person is in the group of the row, such as `child`. */
  z.strictObject({ to: z.literal('groupRole') }),
  z.strictObject({ to: z.literal('nothing') }),
]);
export type Target = z.infer<typeof Target>;
export type FactTarget = Extract<Target, { to: 'trait' | 'property' }>;

const Column = z.string().min(1).max(1_024);
const Facts = z.record(Name, z.json());

/** Rows → events, as data: what each column of a file or table says. */
export const RowMapping = z
  .strictObject({
    /** What a row is, where no column says it. */
    type: z.enum(rowKinds).default('identify'),
    /** At most `HEDDLE_CSV_MAX_COLUMNS`, which whoever saves a mapping looks at. */
    columns: z.record(Column, z.union([Target, z.array(Target).min(1).max(10).readonly()])),
    /** What every row says; a column that says the same wins. */
    constants: z
      .strictObject({
        event: Name.optional(),
        groupId: Name.optional(),
        /** What the groups of the rows are; accounts, unless it says otherwise. */
        groupType: z.enum(groupTypes).optional(),
        traits: Facts.optional(),
        properties: Facts.optional(),
      })
      .default({}),
    blank: Blank.default('keep'),
    null: Null.default('clear'),
    /** Texts that stand for `null`, such as `\N`. */
    nulls: z.array(Word.min(1)).max(10).default([]),
    /** What becomes of columns that are not named here. */
    unmapped: z.enum(['ignore', 'trait', 'property']).default('ignore'),
    /** Whether spaces around a text are cut off. */
    trim: z.boolean().default(true),
  })
  .superRefine((mapping, context) => {
    for (const { message, path } of findMappingProblems(mapping)) {
      context.addIssue({ code: 'custom', message, path: [...path] });
    }
  });
export type RowMapping = z.infer<typeof RowMapping>;
