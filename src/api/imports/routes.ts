import { z } from 'zod';
import type { Operation } from '../../domain/operations/operation';
import type { Import, ImportFile } from '../../store/imports';
import { OperationBody } from '../operations/presenter';
import { accepted, startOperation } from '../operations/start-operation';
import { pageOf } from '../page';
import { conflict, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { streamedIn, streamedOut } from '../streamed';
import { createImport } from './create-import';
import { errorsCsv } from './errors-csv';
import { ImportBody, ImportInput, PreviewBody, presentImport, presentPreview } from './presenter';
import { takeFile } from './take-file';

const Id = z.strictObject({ id: z.string().min(1).max(100) });
const mostPreviewed = 20;

export const importRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/imports',
    scope: 'profiles:write',
    summary: 'Say what a file of profiles or events means; its rows are sent next',
    body: ImportInput,
    responses: { 201: ImportBody },
    handle: async (call) => {
      const made = await createImport(call);
      const headers = { Location: `/v1/imports/${made.id}` };
      return { status: 201, body: presentImport(made), headers };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/imports/{id}/file',
    scope: 'profiles:write',
    summary: 'Send the file; an operation of the same id imports it',
    params: Id,
    body: streamedIn('text/csv', 'application/x-ndjson'),
    responses: { 202: OperationBody },
    handle: async (call) => {
      const found = await findImport(call);
      const begun = await begunBefore(call);
      if (begun) return accepted(begun);
      return accepted(await begin(call, found, await takeFile(call, found)));
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/imports/{id}',
    scope: 'profiles:read',
    summary: 'What was asked for, and what the file was found to be',
    params: Id,
    responses: { 200: ImportBody },
    handle: async (call) => ({ status: 200, body: presentImport(await findImport(call)) }),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/imports/{id}/preview',
    scope: 'profiles:pii',
    summary: 'The first rows of a dry run, as the events they would be',
    params: Id,
    responses: { 200: pageOf(PreviewBody) },
    handle: async (call) => {
      const { id } = await findImport(call);
      const rows = await call.deps.store.importRows.preview(call.ws, id, mostPreviewed);
      return { status: 200, body: { data: rows.map(presentPreview) } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/imports/{id}/errors.csv',
    scope: 'profiles:pii',
    summary: 'The refused rows with their reasons, as CSV',
    params: Id,
    responses: { 200: streamedOut('text/csv') },
    handle: async (call) => {
      const { id } = await findImport(call);
      const headers = {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="${id}-errors.csv"`,
      };
      return { status: 200, body: errorsCsv(call.deps.store.importRows.refused(call.ws, id)), headers };
    },
  }),
];

type IdCall = KeyCall<{ id: string }>;

async function findImport({ deps, ws, params }: IdCall): Promise<Import> {
  const found = await deps.store.imports.find(ws, params.id);
  if (!found) throw notFound('such import');
  return found;
}

async function begunBefore({ deps, ws, params }: IdCall): Promise<Operation | undefined> {
  return (await deps.store.operations.find(ws, params.id))?.operation;
}

/** Of two files sent at once the first to arrive whole is imported, and both senders hear of its operation. */
async function begin(call: IdCall, { id }: Import, file: ImportFile): Promise<Operation> {
  const { deps, ws } = call;
  try {
    return await startOperation(call, { id, kind: 'import', input: {} }, async (session) => {
      if (!(await deps.store.imports.setFile(ws, id, file, session))) throw conflict('The import has a file already.');
    });
  } catch (error) {
    const stored = await findImport(call);
    // Ours may be the one: an answer that was lost says nothing of what was committed.
    if (stored.file && stored.file.upload !== file.upload) await deps.store.importChunks.remove(ws, file.upload);
    const begun = await begunBefore(call);
    if (begun) return begun;
    throw error;
  }
}
