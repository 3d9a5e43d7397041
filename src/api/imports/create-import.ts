import { createHash } from 'node:crypto';
import type { Import, ImportDefinition } from '../../store/imports';
import { newOperationId } from '../../store/operations';
import { conflict, invalidRequest } from '../problem';
import type { KeyCall } from '../route';
import type { ImportInput } from './presenter';

/** Takes down what a file will mean. Under an `Idempotency-Key` that was used before, the import of then. Throws 400 and 409. */
export async function createImport(call: KeyCall<unknown, unknown, ImportInput>): Promise<Import> {
  const { deps, ws, body, principal, now } = call;
  if (body.format === 'csv' && body.mapping === 'events') {
    const message = 'Rows of a CSV are no events; write a mapping, or send NDJSON.';
    throw invalidRequest(message, [{ in: 'body', pointer: '/mapping', message }]);
  }
  const definition = definitionOf(body);
  const key = call.header('idempotency-key');
  const id = key === undefined ? newOperationId() : idOf(ws, key);
  const made = { id, definition, createdBy: principal.keyId, createdAt: now };
  const before = key === undefined ? undefined : await deps.store.imports.find(ws, id);
  if (before) return sameOrConflict(before, definition);
  try {
    await deps.store.imports.create(ws, made);
    return made;
  } catch (error) {
    const first = await deps.store.imports.find(ws, id);
    if (first) return sameOrConflict(first, definition);
    throw error;
  }
}

function definitionOf({ name, format, delimiter, mapping, dryRun }: ImportInput): ImportDefinition {
  const optional = { ...(name !== undefined && { name }), ...(delimiter !== undefined && { delimiter }) };
  return { ...optional, format, rows: mapping, dryRun };
}

function sameOrConflict(before: Import, definition: ImportDefinition): Import {
  if (JSON.stringify(before.definition) === JSON.stringify(definition)) return before;
  throw conflict('Another import was made under this Idempotency-Key; use a key of its own.');
}

const idOf = (ws: string, key: string): string =>
  `op_${createHash('sha256').update(`${ws}\nimport\n${key}`).digest('hex').slice(0, 32)}`;
