import { createHash } from 'node:crypto';
import { z } from 'zod';
import { profileId, type ProfileId } from '../../../domain/ids';
import type { JsonObject } from '../../../domain/json';
import { canonicalJson } from '../../../domain/privacy/receipt';
import type { Profile } from '../../../domain/profiles/profile';
import { sign } from '../../../store/sign';
import type { Store } from '../../../store/store';
import { defineOperation } from '../define-operation';
import { OperationFailed, type OperationContext, type OperationKind } from '../operation-kind';
import { sections } from './sections';

export interface ExportDeps {
  readonly store: Store;
  /** How long the file is kept. */
  readonly keepMs: number;
}

const Input = z.object({ profile: z.string() });
const Cursor = z.object({
  section: z.int(),
  from: z.object({ subject: z.int(), after: z.object({ at: z.number(), id: z.string() }).optional() }),
  /** Parts written. */
  chunks: z.int(),
  lines: z.int(),
});
type Cursor = z.output<typeof Cursor>;

/** Writes everything that is kept of one person into a file, a bounded part at a time, and signs its digest. */
export function createExport(deps: ExportDeps): OperationKind {
  return defineOperation({
    cursor: Cursor,
    beginning: { section: 0, from: { subject: 0 }, chunks: 0, lines: 0 },
    step: async (context, cursor) => {
      const { ws, operation } = context;
      const profile = await living(deps, context);
      const section = sections[cursor.section];
      const progress = { done: cursor.lines };
      if (!section) return { progress, result: await toResult(deps, context, cursor) };
      const from = cursor.from as Parameters<typeof section>[3];
      const { lines, next } = await section(deps.store, ws, profile, from, context.now);
      if (lines.length > 0) {
        const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
        const chunk = { operation: operation.id, profile: profile.id, n: cursor.chunks };
        await deps.store.exportChunks.put(ws, chunk, text, expiryOf(deps, context));
        // An erasure that came between has looked for files already.
        await living(deps, context);
      }
      const written = { chunks: cursor.chunks + (lines.length > 0 ? 1 : 0), lines: cursor.lines + lines.length };
      const goesOn = next
        ? { section: cursor.section, from: next }
        : { section: cursor.section + 1, from: { subject: 0 } };
      return { progress: { done: written.lines }, cursor: { ...goesOn, ...written } };
    },
  });
}

const expiryOf = ({ keepMs }: ExportDeps, { operation }: OperationContext): number => operation.createdAt + keepMs;

/** The person, unless they were erased meanwhile: nothing of them may be left in a file. */
async function living({ store }: ExportDeps, { ws, operation }: OperationContext): Promise<Profile> {
  const id: ProfileId = profileId(Input.parse(operation.input).profile);
  const profile = await store.profiles.canonical(ws, id);
  if (profile) return profile;
  const erased = await store.profiles.canonicalEver(ws, id);
  await store.exportChunks.removeOf(ws, [id, ...(erased ? [erased.id, ...erased.lineage] : [])]);
  throw new OperationFailed('erased', 'The person was erased, and what was written of them is removed.');
}

async function toResult(deps: ExportDeps, context: OperationContext, { lines }: Cursor): Promise<JsonObject> {
  const { ws, operation } = context;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of deps.store.exportChunks.read(ws, operation.id)) {
    hash.update(part);
    bytes += part.byteLength;
  }
  const receipt = {
    ...{ version: 1, workspace: ws, operation: operation.id, requestedBy: operation.startedBy, lines, bytes },
    ...{ sha256: hash.digest('hex'), completedAt: new Date(context.now).toISOString() },
  };
  return {
    file: `/v1/exports/${operation.id}/file`,
    expiresAt: new Date(expiryOf(deps, context)).toISOString(),
    receipt,
    signature: sign(deps.store.connection.masterKey, canonicalJson(receipt)),
  };
}
