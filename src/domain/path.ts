import { anyElement, parsePath, type Step } from './audiences/path';
import { isJsonObject, own, type Json, type JsonObject } from './json';

/**
 * The value at a path such as `traits.first_name` or `["a name with dots"].b`, read through own keys only. A path through
 * `a[].b` gives the list of what is found in any element. Missing values, `null` and texts that are no path give `undefined`.
 */
export function resolvePath(facts: JsonObject, path: string): Json | undefined {
  const steps = parsePath(path);
  if (!steps) return undefined;
  const found = collect(facts, steps);
  return steps.includes(anyElement) ? (found.length > 0 ? found : undefined) : found[0];
}

function collect(value: Json | undefined, steps: readonly Step[]): Json[] {
  const [step, ...rest] = steps;
  if (value === undefined || value === null) return [];
  if (step === undefined) return [value];
  if (step === anyElement) return Array.isArray(value) ? value.flatMap((element: Json) => collect(element, rest)) : [];
  return isJsonObject(value) ? collect(own(value, step), rest) : [];
}
