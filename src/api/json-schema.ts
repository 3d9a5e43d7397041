import { z } from 'zod';
import type { Json, JsonObject } from '../domain/json';

/** Users' data as it leaves: any JSON object. */
export const AnyObject = z.looseObject({}) as unknown as z.ZodType<JsonObject>;

/** Users' data as it leaves: any JSON. */
export const AnyJson = z.unknown() as unknown as z.ZodType<Json>;

/** What is not JSON, as it is sent; `meta` says its type as JSON Schema does, by `contentMediaType`. */
export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
