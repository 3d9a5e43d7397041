import { defineSource } from '../source';
import { PostgresqlSecrets, PostgresqlSettings } from './settings.schema';

/** A table, view or query of a PostgreSQL database, and of what speaks its protocol. */
export const postgresql = defineSource({
  type: 'postgresql',
  name: 'PostgreSQL',
  settings: PostgresqlSettings,
  secrets: PostgresqlSecrets,
  isPulled: true,
  secretsGoTo: ({ host, port }) => `${host}:${port}`,
  cursorFrom: ({ cursor }, from) => (cursor === undefined ? undefined : { by: cursor, at: from }),
});
