import { z } from 'zod';
import { textsOfImport } from '../../../domain/imports/texts-of-import';
import type { WorkspaceId } from '../../../domain/ids';
import type { Import } from '../../../store/imports';
import type { Store } from '../../../store/store';
import { findNaming } from './names-erased';
import { pause } from './pause';
import type { Place } from './place';

const importsAtOnce = 100;

/**
 * A file without a header, a constant or a name may name somebody: such an import goes with its report, which has the columns too. One that
 * is under way is waited for, since without what was asked for it would end half way.
 */
export const imports: Place = {
  clear: async (deps, about, from) => {
    const { store, signal } = deps;
    const { ws } = about;
    const after = from === undefined ? '' : z.string().parse(from);
    const found = await store.imports.walk(ws, importsAtOnce, after);
    const { looked, naming } = await findNaming(deps, about, found, ({ definition, file }) =>
      textsOfImport({ ...definition, ...file }),
    );
    const last = looked.at(-1);
    if (!last) return { removed: 0 };
    let removed = 0;
    for (const one of naming) if (await removeEnded(store, ws, one)) removed += 1;
    const isOver = removed === naming.size;
    if (!isOver) await pause(signal);
    return { removed, next: isOver ? last.id : after };
  },
};

/**
 * Answers false for one that is under way, or is now: its file may come at any time. It goes last, since by it the rest is found again;
 * its file goes with it, as one that was cancelled may not have been cleared away.
 */
async function removeEnded(
  { imports, importChunks, operations }: Store,
  ws: WorkspaceId,
  one: Import,
): Promise<boolean> {
  if ((await operations.find(ws, one.id))?.operation.status === 'running') return false;
  if (one.file) {
    await importChunks.remove(ws, one.file.upload);
    await operations.remove(ws, [one.id]);
  }
  return imports.remove(ws, one);
}
