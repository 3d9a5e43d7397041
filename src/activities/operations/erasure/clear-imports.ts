import { z } from 'zod';
import { textsOfImport } from '../../../domain/imports/texts-of-import';
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
    const ended: string[] = [];
    for (const { id } of naming)
      if ((await store.operations.find(ws, id))?.operation.status !== 'running') ended.push(id);
    await store.imports.remove(ws, ended);
    await store.operations.remove(ws, ended);
    const isOver = ended.length === naming.size;
    if (!isOver) await pause(signal);
    return { removed: ended.length, next: isOver ? last.id : after };
  },
};
