import { type Connection } from '@temporalio/client';

/** What the Temporal UI can search enrollments by. No personal data: the profile is an HMAC. */
export const searchAttributes = {
  HeddleWorkspace: 'Keyword',
  HeddleJourney: 'Keyword',
  HeddleProfile: 'Keyword',
  HeddleEntry: 'Keyword',
  HeddleVersion: 'Int',
} as const;

/** IndexedValueType of temporal.api.enums.v1. */
const indexedValueType = { Keyword: 2, Int: 3 } as const;

/** The names of `searchAttributes` that a namespace lacks. */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<readonly string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(searchAttributes).filter((name) => !Object.hasOwn(customAttributes, name));
}

/** Adds those that are missing: the server's own flag works only when it first makes the namespace. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return;
  const types = Object.entries(searchAttributes).filter(([name]) => missing.includes(name));
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(types.map(([name, type]) => [name, indexedValueType[type]])),
  });
}
