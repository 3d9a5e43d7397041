import { findTooManyColumns, findUnknownTypes } from '../../domain/rows/mapping-problems';
import type { Import, ImportDefinition } from '../../store/imports';
import { newOperationId } from '../../store/operations';
import type { RowMapping } from '../../domain/rows/row-mapping.schema';
import { listFor } from '../audiences/members/manual';
import { audiences } from '../audiences/routes';
import { demandScope } from '../authenticate';
import { invalidDefinition, invalidRequest, toPointer, type Fault } from '../problem';
import type { KeyCall } from '../route';
import type { ImportInput } from './presenter';

const hourMs = 3_600_000;

/** Takes down what a file will mean. Throws 400, and of an audience 403, 404 and 409. */
export async function createImport(call: KeyCall<unknown, unknown, ImportInput>): Promise<Import> {
  const { deps, ws, body, principal, now } = call;
  if (body.format === 'csv' && body.mapping === 'events') {
    const message = 'Rows of a CSV are no events; write a mapping, or send NDJSON.';
    throw invalidRequest(message, [{ in: 'body', pointer: '/mapping', message }]);
  }
  if (typeof body.mapping !== 'string') await checkMapping(call, body.mapping);
  const into = body.audience === undefined ? undefined : await audienceOf(call, body.audience);
  const definition = { ...definitionOf(body), ...(into && { into }) };
  const made = { id: newOperationId(), definition, createdBy: principal.keyId, createdAt: now };
  await deps.store.imports.create(ws, made, now + deps.importLimits.keepHours * hourMs);
  return made;
}

async function audienceOf(call: KeyCall, key: string): Promise<ImportDefinition['into']> {
  demandScope(call.principal, 'audiences:write');
  return { audience: key, list: listFor(await audiences.find({ ...call, params: { key } })) };
}

async function checkMapping({ deps, ws }: KeyCall, mapping: RowMapping): Promise<void> {
  const tooMany = findTooManyColumns(mapping, deps.importLimits.maxColumns);
  if (tooMany !== undefined)
    throw invalidRequest(tooMany, [{ in: 'body', pointer: '/mapping/columns', message: tooMany }]);
  const unknown = findUnknownTypes(mapping, await deps.store.workspaces.identifierTypes(ws));
  const faults = unknown.map(({ path, message }): Fault => ({
    in: 'body',
    pointer: `/mapping${toPointer(path)}`,
    message,
  }));
  if (faults.length > 0) throw invalidDefinition(faults);
}

function definitionOf({ name, format, delimiter, mapping, dryRun }: ImportInput): ImportDefinition {
  const optional = { ...(name !== undefined && { name }), ...(delimiter !== undefined && { delimiter }) };
  return { ...optional, format, rows: mapping, dryRun };
}
