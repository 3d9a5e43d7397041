import type { Context } from './context';
import { readDefinition, type DefinitionFile } from './read-definition';

/**
 * Saves the definition of each file, in order. Prints what was saved as one table, or as JSON one a line, also when a later file
 * is refused.
 */
export async function putFiles<Saved>(
  context: Context,
  files: readonly string[],
  put: (file: DefinitionFile) => Promise<Saved>,
  print: (saved: readonly Saved[]) => string,
): Promise<void> {
  const saved: Saved[] = [];
  try {
    for (const file of files) saved.push(await put(await readDefinition(file, context.io)));
  } finally {
    if (context.isJson()) for (const one of saved) context.show(one, () => '');
    else if (saved.length > 0) context.show(saved, () => print(saved));
  }
}
