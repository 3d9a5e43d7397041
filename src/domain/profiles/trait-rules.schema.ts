import { z } from 'zod';
import { Name } from '../definition-fields.schema';

const mostRules = 200;
const mostSources = 50;
const plain = ['newest', 'first', 'union', 'sum'] as const;

const Sources = z
  .array(z.string().min(1).max(64).meta({ description: 'Key of a source, or `import` for every import' }))
  .min(1)
  .max(mostSources)
  .refine((sources) => new Set(sources).size === sources.length, 'A source is named twice; name each once.');

/** Which of several statements a trait keeps, by its name. See `TraitRule`. */
export const TraitRules = z
  .record(
    Name,
    z.union([z.enum(plain), z.strictObject({ sources: Sources })], {
      error: `Write ${plain.join(', ')} or { "sources": [ … ] }.`,
    }),
  )
  .refine((rules) => Object.keys(rules).length <= mostRules, `A policy names at most ${mostRules} traits.`);
