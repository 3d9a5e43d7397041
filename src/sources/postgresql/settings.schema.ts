import { z } from 'zod';
import { Duration } from '../../domain/definition-fields.schema';
import { pulledFields } from '../pulled-settings.schema';

const Host = z
  .string()
  .max(253)
  .regex(/^[\w.:-]+$/, { error: 'Write a host name or an address.' });
const Identifier = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => !name.includes('\0'), { error: 'A name has no NUL.' });
const Table = z
  .string()
  .regex(/^[^.\0"]{1,63}(\.[^.\0"]{1,63})?$/, { error: 'Write a table as "name" or "schema.name".' });

export const PostgresqlSettings = z
  .strictObject({
    ...pulledFields,
    host: Host,
    port: z.int().min(1).max(65_535).default(5_432),
    database: Identifier,
    user: Identifier,
    /** `verify` checks the server's certificate, `require` encrypts without, `off` does neither. */
    tls: z.enum(['verify', 'require', 'off']).default('verify'),
    /** One of both: a table or view, or a query that is asked as one. */
    table: Table.optional(),
    query: z.string().min(1).max(20_000).optional(),
    /** A column that tells every row from the others. */
    key: Identifier,
    /** The column that grows when a row changes. Without one, each run reads everything. Rows where it is null are not read. */
    cursor: Identifier.optional(),
    /** How long the server works at one page before it gives up. */
    statementTimeout: Duration.default('60s'),
  })
  .refine(({ table, query }) => (table === undefined) !== (query === undefined), {
    error: 'Name a table or a query, one of both.',
    path: ['table'],
  });
export type PostgresqlSettings = z.output<typeof PostgresqlSettings>;

export const PostgresqlSecrets = z.strictObject({ password: z.string().min(1).max(4_096) });
export type PostgresqlSecrets = z.output<typeof PostgresqlSecrets>;
