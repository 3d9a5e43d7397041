import { z } from 'zod';
import { DefinitionKey, Duration, Name, Path } from '../definition-fields.schema';
import { measureJson } from '../events/measure-json';
import { isJsonObject } from '../json';
import { StepId } from './step-fields.schema';

/** Content is asked for with every page: what one slot shows may be this large, as it stands and with what its paths find. */
export const contentLimits = { maxBytes: 8_192, maxDepth: 16, byteLength: (text: string) => text.length };
/** As many slots may one question ask for. */
export const mostSlots = 20;
/** A slot that shows nothing else goes by this. */
export const usualPriority = 50;

const FromPath = z.strictObject({ from: Path, default: z.json().optional() });
const hint = 'Write { "from": path, "default"? }; "from" is not to be a field of the content.';

/** Where in the content something stands that reads like a path, and is none. */
function misread(value: unknown, at: readonly (string | number)[]): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => misread(one, [...at, index]));
  if (!isJsonObject(value)) return [];
  if (Object.hasOwn(value, 'from')) return FromPath.safeParse(value).success ? [] : [[...at]];
  return Object.entries(value).flatMap(([name, one]) => misread(one, [...at, name]));
}

/** Constants, and wherever a value may stand `{ "from": path, "default"? }`. */
const Content = z.record(Name, z.json()).superRefine((content, context) => {
  for (const path of misread(content, [])) context.addIssue({ code: 'custom', path, message: hint });
  const measured = measureJson(content, contentLimits);
  if ('code' in measured) context.addIssue({ code: 'custom', message: measured.message });
});

export const PersonaliseStep = z.strictObject({
  type: z.literal('personalise'),
  /** A place on a page or in an app, which asks for it by this name. */
  slot: DefinitionKey,
  content: Content,
  for: z.union([z.literal('session'), Duration], { error: 'Write "session" or a duration such as "2d".' }),
  /** Of several that show something in one slot the highest wins. */
  priority: z.int().min(0).max(100).optional(),
  next: StepId.optional(),
});
