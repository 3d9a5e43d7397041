import { z } from 'zod';
import type { JsonObject } from '../domain/json';

/** Users' data as it leaves: any JSON object. */
export const AnyObject = z.looseObject({}) as unknown as z.ZodType<JsonObject>;
