/**
 * A question for any of some texts. For one it is plain equality, the usual case (a person with one id, a run that waits for one
 * thing): every database answers that from a partial index, and not every one answers `$in` from it.
 */
export function anyOf(values: readonly string[]): string | { $in: string[] } {
  const [only] = values;
  return only !== undefined && values.length === 1 ? only : { $in: [...values] };
}
