import { isJsonObject, own, type Json } from '../json';

/** One step of a path: the name of a field, or any element of a list. */
export const anyElement = Symbol('any element');
export type Step = string | typeof anyElement;

const stepPattern = /(?:^|\.)([^.[\]]+)|\.?\[("(?:[^"\\]|\\.)*")\]|(\[\])/y;

/**
 * Steps of a path such as `a.b`, `items[].sku` (any element) or `["a name with dots"].b` (a JSON string in brackets).
 * `undefined` when the text is no path. The first step is always a name.
 */
export function parsePath(text: string): readonly [string, ...Step[]] | undefined {
  if (text.startsWith('.')) return undefined;
  const steps: Step[] = [];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < text.length) {
    const found = stepPattern.exec(text);
    if (!found) return undefined;
    const name = found[1] ?? unquote(found[2]);
    if (name === undefined && found[3] === undefined) return undefined;
    steps.push(name ?? anyElement);
  }
  const [first, ...rest] = steps;
  return typeof first === 'string' ? [first, ...rest] : undefined;
}

export const isPath = (text: string): boolean => parsePath(text) !== undefined;

/** Steps of a path that the schema has already read. Throws when it has not. */
export function stepsOf(text: string): readonly [string, ...Step[]] {
  const steps = parsePath(text);
  if (!steps) throw new Error(`"${text}" is not a path; rules are parsed before they are compiled.`);
  return steps;
}

/** Whether a value at the end of the steps passes. Missing and null values are absent and never pass. */
export function someAt(
  value: Json | undefined,
  steps: readonly Step[],
  passes: (found: Json) => boolean,
  from = 0,
): boolean {
  let found = value;
  for (let index = from; index < steps.length; index += 1) {
    const step = steps[index] as Step;
    if (step === anyElement) {
      return Array.isArray(found) && found.some((element: Json) => someAt(element, steps, passes, index + 1));
    }
    if (!isJsonObject(found)) return false;
    found = own(found, step);
  }
  return found !== undefined && found !== null && passes(found);
}

function unquote(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
