import type { z } from 'zod';
import { own } from '../domain/json';
import type { Context, Destination } from './destination';
import { metaCustomAudiences } from './meta-custom-audiences/meta-custom-audiences';
import { webhook } from './webhook/webhook';

/** Every destination there is. */
const destinations = {
  webhook,
  'meta-custom-audiences': metaCustomAudiences,
} as const satisfies Readonly<Record<string, Destination>>;

export type DestinationType = keyof typeof destinations;
export const destinationTypes = Object.keys(destinations) as readonly DestinationType[];

export const findDestination = (type: string): Destination | undefined => own<Destination>(destinations, type);

/** By what a destination reaches people; `undefined` where it does not say, or its stored settings fit no more. */
export function channelOf({
  type,
  settings,
}: {
  readonly type: string;
  readonly settings: unknown;
}): string | undefined {
  const kind = findDestination(type);
  const read = kind?.settings.safeParse(settings);
  return read?.success === true ? kind?.channelOf?.(read.data) : undefined;
}

/** The settings or secrets are not what the destination's schema asks for. The message names fields, never values. */
export class DestinationConfigError extends Error {
  override readonly name = 'DestinationConfigError';
}

/**
 * A context for the destination's functions, from stored settings and secrets. Throws a `DestinationConfigError` when they do not
 * fit, as after an upgrade that asks for more.
 */
export function openContext(
  destination: Destination,
  stored: { readonly settings: unknown; readonly secrets: unknown },
  now: number,
): Context {
  return {
    settings: parsed(destination.settings, stored.settings, `settings of a ${destination.type} destination`),
    secrets: parsed(destination.secrets, stored.secrets, `secrets of a ${destination.type} destination`),
    now,
  };
}

function parsed(schema: z.ZodType, value: unknown, what: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new DestinationConfigError(
    `The ${what} do not fit${field === '' ? '' : ` at "${field}"`}: ${issue?.message ?? 'unknown'} Save the destination again.`,
  );
}
