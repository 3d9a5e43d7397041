import type { Request } from 'express';
import type { z } from 'zod';
import { isJsonObject, own } from '../domain/json';
import { isTooDeep } from '../domain/json-depth';
import type { ApiDeps } from './deps';
import type { RightOfWay } from './limits/right-of-way';
import type { Turns } from './limits/turns';
import { parseBatch } from './parse-batch';
import { invalidRequest, Problem, toFaults } from './problem';
import { readBytes, readJson, type JsonBody, type Reading as BodyReading } from './read-body';
import { findReservedKey } from './reserved-key';
import { isIngestion, type Route } from './route';

/** How much longer JSON may be than what it says: with every character escaped, and space. */
const escaped = 8;
const parseAtOnce = async (text: string): Promise<unknown> => JSON.parse(text) as unknown;

interface Reading {
  readonly deps: Pick<ApiDeps, 'limits'>;
  readonly turns: Turns;
  readonly way: RightOfWay;
}

/** The body of a route that takes one, as JSON; `undefined` where none was sent and none need be. */
export async function readBody(
  route: Route,
  { deps, turns, way }: Reading,
  req: Request,
  holder: string,
): Promise<JsonBody | undefined> {
  if (!route.body) return undefined;
  if (!hasBody(req) && route.body.safeParse(undefined).success) return undefined;
  const { maxBodyBytes, maxDefinitionBytes, maxBatchEvents, event } = deps.limits;
  const withinMs = deps.limits.bodySeconds * 1_000;
  if (isWebhook(route)) {
    const value = await readBytes(req, { maxBytes: maxBodyBytes, withinMs });
    return { value, bytes: value.length, hasEscapes: true };
  }
  const inTurn: BodyReading['inTurn'] = (work) => turns.run(holder, work);
  if (!isIngestion(route)) return readJson(req, { maxBytes: maxDefinitionBytes, withinMs, parse: parseAtOnce, inTurn });
  const batch = { mostEvents: maxBatchEvents, mostCharacters: event.maxBytes * escaped };
  const parse = (text: string) => parseBatch(text, batch, () => way.giveWay());
  return readJson(req, { maxBytes: maxBodyBytes, withinMs, parse, inTurn });
}

/** What a tool sends is read where its signature is checked: over the bytes. */
const isWebhook = ({ access }: Route): boolean => 'door' in access && access.door === 'webhook';

const hasBody = (req: Request): boolean =>
  req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0;

/** What counts against the rate: every event of a batch, whatever becomes of it. */
export function eventsIn(read: JsonBody | undefined): number {
  const batch = isJsonObject(read?.value) ? own(read.value, 'batch') : read?.value;
  return Array.isArray(batch) ? Math.max(batch.length, 1) : 1;
}

/** Events are checked one by one, where they are stored; everything else is checked here, by the schema of the route. */
export function checkBody(route: Route, { limits }: Pick<ApiDeps, 'limits'>, read: JsonBody | undefined): unknown {
  if (isIngestion(route)) return read;
  if (isWebhook(route)) return read?.value;
  const { maxDepth } = limits.event;
  if (isTooDeep(read?.value, maxDepth)) throw invalidRequest(`The body nests deeper than ${maxDepth} levels.`);
  const pointer = findReservedKey(read?.value);
  if (pointer !== undefined) {
    const message = 'No field can be called `__proto__`; rename it.';
    throw invalidRequest(message, [{ in: 'body', pointer, message }]);
  }
  return parse(route.body, read?.value, 'body');
}

/** Throws 404 for a path, 400 for what else is not as the schema says. */
export function parse(schema: z.ZodType | undefined, value: unknown, part: 'path' | 'query' | 'body'): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // A path that cannot name anything names nothing.
  if (part === 'path')
    throw new Problem(404, 'not-found', 'Nothing has such a name.', { errors: toFaults(parsed.error, part) });
  throw invalidRequest(`The ${part} of the request is not as documented; see errors.`, toFaults(parsed.error, part));
}
