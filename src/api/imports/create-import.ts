import { findTooManyColumns } from '../../domain/rows/mapping-problems';
import type { Import, ImportDefinition } from '../../store/imports';
import { newOperationId } from '../../store/operations';
import { invalidRequest } from '../problem';
import type { KeyCall } from '../route';
import type { ImportInput } from './presenter';

const hourMs = 3_600_000;

/** Takes down what a file will mean. Throws 400. */
export async function createImport(call: KeyCall<unknown, unknown, ImportInput>): Promise<Import> {
  const { deps, ws, body, principal, now } = call;
  if (body.format === 'csv' && body.mapping === 'events') {
    const message = 'Rows of a CSV are no events; write a mapping, or send NDJSON.';
    throw invalidRequest(message, [{ in: 'body', pointer: '/mapping', message }]);
  }
  const tooMany =
    typeof body.mapping === 'string' ? undefined : findTooManyColumns(body.mapping, deps.importLimits.maxColumns);
  if (tooMany !== undefined)
    throw invalidRequest(tooMany, [{ in: 'body', pointer: '/mapping/columns', message: tooMany }]);
  const made = { id: newOperationId(), definition: definitionOf(body), createdBy: principal.keyId, createdAt: now };
  await deps.store.imports.create(ws, made, now + deps.importLimits.keepHours * hourMs);
  return made;
}

function definitionOf({ name, format, delimiter, mapping, dryRun }: ImportInput): ImportDefinition {
  const optional = { ...(name !== undefined && { name }), ...(delimiter !== undefined && { delimiter }) };
  return { ...optional, format, rows: mapping, dryRun };
}
