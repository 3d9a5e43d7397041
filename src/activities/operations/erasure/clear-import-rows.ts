import { z } from 'zod';
import { cellsOf, namesErased, textsOf } from './names-erased';
import type { Place } from './place';

const rowsAtOnce = 500;

/** Rows that an import refused or a dry run shows were applied to nobody, so all of them are walked through. They go after a week anyway. */
export const importRows: Place = {
  clear: async ({ store }, about, from) => {
    const rows = await store.importRows.walk(
      about.ws,
      rowsAtOnce,
      from === undefined ? undefined : z.string().parse(from),
    );
    const naming = rows.filter(({ bodyJson }) => namesErased(store, about, textsOf(bodyJson).flatMap(cellsOf)));
    await store.importRows.remove(naming);
    const last = rows.at(-1);
    return { removed: naming.length, ...(last && { next: last._id }) };
  },
};
