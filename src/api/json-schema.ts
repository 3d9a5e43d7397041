import { z } from 'zod';
import type { JsonObject } from '../domain/json';

/** Users' data as it leaves: any JSON object. */
export const AnyObject = z.looseObject({}) as unknown as z.ZodType<JsonObject>;

/** The key of a definition, as it stands in paths. */
export const DefinitionKey = z.string().regex(/^[a-z0-9-]{1,64}$/, { error: 'Write 1 to 64 of a-z, 0-9 and "-".' });
