import { z } from 'zod';
import { cellsOf, textsOf } from '../../../domain/privacy/texts-of';
import { findNaming } from './names-erased';
import type { Place } from './place';

const rowsAtOnce = 500;

/** Rows that an import refused or a dry run shows were applied to nobody, so all of them are walked through. They go after a week anyway. */
export const importRows: Place = {
  clear: async (deps, about, from) => {
    const { importRows } = deps.store;
    const after = from === undefined ? undefined : z.string().parse(from);
    const rows = await importRows.walk(about.ws, rowsAtOnce, after);
    const { looked, naming } = await findNaming(deps, about, rows, ({ bodyJson }) =>
      textsOf(bodyJson).flatMap(cellsOf),
    );
    await importRows.remove([...naming]);
    const last = looked.at(-1);
    return { removed: naming.size, ...(last && { next: last._id }) };
  },
};
