/** Where a source that is read in an order has come to, as far as all such sources agree. */
interface Place<At> {
  /** The column or field in whose order it is read; none where it is read as a whole each time. */
  readonly by?: string | undefined;
  /** The value of it in the last row that was read, or from which a person wants it read. */
  readonly at?: At | undefined;
  /** Which reading this is, where it is read as a whole. */
  readonly reading?: string | undefined;
}

interface Beginning<At, Before extends Place<At>> {
  /** As the settings have it now. */
  readonly by: string | undefined;
  readonly now: number;
  readonly isFuture: (before: Before) => boolean;
  /** The present instant as a value of the place. */
  readonly present: At;
}

/**
 * Where a run begins, of which a cursor is stored. Of another column or field, a cursor says nothing; one of the future would leave out all
 * that changes until then, so that it counts as now. What is read as a whole is a reading with a name, which a run that goes on keeps.
 */
export function beginPlace<At, Before extends Place<At>>(
  before: Before,
  { by, now, isFuture, present }: Beginning<At, Before>,
): Before | Place<At> {
  if (by === undefined) return before.reading === undefined ? { reading: new Date(now).toISOString() } : before;
  if (before.by !== by) return { by };
  return isFuture(before) ? { by, at: present } : before;
}
