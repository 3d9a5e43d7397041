import { type Connection } from '@temporalio/client';
import { attributes } from '../temporal-names';

/** A type in the words of Temporal's command line, and its IndexedValueType of temporal.api.enums.v1. */
const types = { KEYWORD: { word: 'Keyword', value: 2 }, INT: { word: 'Int', value: 3 } } as const;

/** What enrollments are searched by, each name with the word for its type. */
export const searchAttributes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(attributes).map(({ name, type }) => [name, types[type].word]),
);

/** Those that a namespace lacks. */
export async function missingSearchAttributes(connection: Connection, namespace: string) {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.values(attributes).filter(({ name }) => !Object.hasOwn(customAttributes, name));
}

/** Adds those that are missing: the server's own flag works only when it first makes the namespace. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, types[type].value])),
  });
}
