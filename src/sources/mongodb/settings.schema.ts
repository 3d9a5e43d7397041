import { z } from 'zod';
import { Duration } from '../../domain/definition-fields.schema';
import { isJsonObject, type Json } from '../../domain/json';
import { pulledFields } from '../pulled-settings.schema';

/** What compares and combines. Whatever runs code, or reads more than the document, is not among them. */
const operators: ReadonlySet<string> = new Set([
  ...['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$type'],
  ...['$and', '$or', '$nor', '$not', '$all', '$elemMatch', '$size'],
  // Values of Extended JSON.
  ...['$oid', '$date', '$numberLong', '$numberDecimal', '$numberInt', '$numberDouble', '$uuid'],
]);

const Filter = z.record(z.string(), z.json()).superRefine((filter, context) => {
  const found = findOperator(filter);
  if (found !== undefined)
    context.addIssue({
      code: 'custom',
      message: `A filter compares and combines; "${found}" is not one of its operators.`,
    });
});
const Field = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^$.\0][^\0]*$/, { error: 'Write a field such as "updatedAt" or "meta.updatedAt".' });

export const MongodbSettings = z.strictObject({
  ...pulledFields,
  database: z.string().regex(/^[^/\\. "$*<>:|?\0]{1,63}$/, { error: 'Write the name of a database.' }),
  collection: z
    .string()
    .regex(/^(?!system\.)[^$\0]{1,120}$/, { error: 'Write the name of a collection that is not of the system.' }),
  /** Which documents, as a filter in Extended JSON. */
  filter: Filter.default({}),
  /** Which fields; all of them unless set. */
  fields: z.array(Field).min(1).max(500).optional(),
  /** The field that grows when a document changes. Without one, each run reads everything. Documents without it are not read. */
  cursor: Field.optional(),
  timeout: Duration.default('60s'),
});
export type MongodbSettings = z.output<typeof MongodbSettings>;

/** Options of an address that say how to speak to the server. Others read files, ask proxies or the machine's own identity. */
const options: ReadonlySet<string> = new Set(
  ['replicaSet', 'authSource', 'tls', 'ssl', 'directConnection', 'appName', 'retryReads', 'retryWrites', 'w'].map(
    (name) => name.toLowerCase(),
  ),
);

export const MongodbSecrets = z.strictObject({
  /** With user and password in it. */
  uri: z
    .string()
    .max(4_096)
    .regex(/^mongodb(\+srv)?:\/\/./, { error: 'Write an address beginning with mongodb:// or mongodb+srv://.' })
    .regex(/^[^\s\p{C}?#]*(\?[^\s\p{C}?#]*)?$/u, {
      error: 'An address has one "?", before its options, and no spaces; write others as %3F, "#" as %23.',
    })
    .refine(hasKnownOptions, {
      error:
        'Of the options of an address, replicaSet, authSource, tls, directConnection, appName, retryReads, retryWrites and w can be set.',
    }),
});
export type MongodbSecrets = z.output<typeof MongodbSecrets>;

function findOperator(value: Json): string | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map(findOperator).find((found) => found !== undefined);
  if (!isJsonObject(value)) return undefined;
  const refused = Object.keys(value).find((key) => key.startsWith('$') && !operators.has(key));
  return (
    refused ??
    Object.values(value)
      .map(findOperator)
      .find((found) => found !== undefined)
  );
}

function hasKnownOptions(uri: string): boolean {
  // All that comes after the first, as the driver has it.
  const query = uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : '';
  return [...new URLSearchParams(query).keys()].every((name) => options.has(name.toLowerCase()));
}
