import { identifierName, identifierTypes, traitTypes } from '../identity/identifier-types';
import { normaliseIdentifier } from '../identity/normalise';
import { isJsonObject, own, type JsonObject } from '../json';
import type { EventKind, Identifier } from './event';
import type { EventReader } from './event-reader';
import { kindOf } from './rejection';

/** Whether an identifier names nobody in a workspace. */
export type IsBlocked = (identifier: Identifier) => boolean;

const mostExternalIds = 50;

/**
 * The identifiers of an event, normalised, each once: its ids, the device, e-mail and phone of its traits, and `externalIds` of
 * known types. Placeholders and what the workspace blocks are left out. Segment's `alias` names an anonymous id by `previousId`.
 */
export function identifiersOf(
  reader: EventReader,
  { kind, context, traits }: { readonly kind: EventKind; readonly context: JsonObject; readonly traits: JsonObject },
  isBlocked: IsBlocked = () => false,
): Identifier[] {
  const { raw } = reader;
  const found: Identifier[] = [];
  const add = (type: string, value: unknown): void => {
    const identifier = typeof value === 'string' ? normaliseIdentifier(type, value) : undefined;
    if (!identifier || isBlocked(identifier)) return;
    if (!found.some((one) => identifierName(one) === identifierName(identifier))) found.push(identifier);
  };
  add('user_id', reader.id(raw, 'userId'));
  add('anonymous_id', reader.id(raw, 'anonymousId'));
  if (kind === 'alias') add('anonymous_id', reader.id(raw, 'previousId'));
  const device = own(context, 'device');
  if (isJsonObject(device)) add('device_id', reader.id(device, 'id', '/context/device/id'));
  const contextTraits = own(context, 'traits');
  for (const facts of [kind === 'identify' ? traits : undefined, contextTraits]) {
    if (!isJsonObject(facts)) continue;
    for (const type of traitTypes) add(type, own(facts, type));
  }
  for (const [type, value] of externalIds(reader, context)) add(type, value);
  return found;
}

function externalIds(reader: EventReader, context: JsonObject): [string, string | undefined][] {
  const list = own(context, 'externalIds') ?? [];
  if (!Array.isArray(list)) {
    reader.refuse('invalid_object', '/context/externalIds', `externalIds is ${kindOf(list)}; send a list.`);
    return [];
  }
  if (list.length > mostExternalIds) {
    const message = `externalIds has ${list.length} entries; send at most ${mostExternalIds}.`;
    reader.refuse('invalid_object', '/context/externalIds', message);
    return [];
  }
  return (list as readonly unknown[]).flatMap((item, index): [string, string | undefined][] => {
    if (!isJsonObject(item)) return [];
    const type = own(item, 'type');
    if (typeof type !== 'string' || !Object.hasOwn(identifierTypes, type)) return [];
    return [[type, reader.id(item, 'id', `/context/externalIds/${index}/id`)]];
  });
}
