/** How often a property is tried: `usual` times, unless HEDDLE_PROPERTY_RUNS says how often each is. */
export function propertyRuns(usual: number): { readonly numRuns: number } {
  const asked = process.env['HEDDLE_PROPERTY_RUNS'];
  return { numRuns: asked === undefined ? usual : Number(asked) };
}
