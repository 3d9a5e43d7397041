import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { z } from 'zod';

/** Media types of schemas whose bodies are not JSON, and are never held whole. */
const media = new WeakMap<z.ZodType, readonly string[]>();
export const mediaOf = (schema: z.ZodType): readonly string[] | undefined => media.get(schema);

function streamed<Body>(types: readonly string[]): z.ZodType<Body> {
  const schema = z.custom<Body>();
  media.set(schema, types);
  return schema;
}

/** A request's body, which its handler reads as it comes: bytes as sent, whatever their Content-Encoding. */
export const streamedIn = (...types: readonly string[]): z.ZodType<IncomingMessage> => streamed(types);
/** An answer that is written as it is read. */
export const streamedOut = (...types: readonly string[]): z.ZodType<Readable> => streamed(types);
