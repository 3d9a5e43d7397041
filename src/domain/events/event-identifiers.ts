import { identifierName, traitTypes } from '../identity/identifier-types';
import { usualTypes, type IdentifierTypes } from '../identity/workspace-types';
import { isJsonObject, own, type JsonObject } from '../json';
import type { EventKind, Identifier } from './event';
import type { EventReader } from './event-reader';
import { kindOf } from './rejection';

/** How a workspace reads identifiers. */
export interface Naming {
  readonly types: IdentifierTypes;
  /** Whether an identifier names nobody. */
  readonly isBlocked?: (identifier: Identifier) => boolean;
}

/** That of a workspace that has said nothing. */
export const usualNaming: Naming = { types: usualTypes };

const mostExternalIds = 50;

/**
 * The identifiers of an event, normalised, each once: its ids, the device, e-mail and phone of its traits, and `externalIds` of
 * the workspace's types. Placeholders and what the workspace blocks are left out. Segment's `alias` names an anonymous id by `previousId`.
 */
export function identifiersOf(
  reader: EventReader,
  { kind, context, traits }: { readonly kind: EventKind; readonly context: JsonObject; readonly traits: JsonObject },
  { types, isBlocked = () => false }: Naming = usualNaming,
): Identifier[] {
  const { raw } = reader;
  const found: Identifier[] = [];
  const add = (type: string, value: unknown): void => {
    const identifier = typeof value === 'string' ? types.normalise(type, value) : undefined;
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
  for (const [type, value] of externalIds(reader, context, types)) add(type, value);
  return found;
}

function externalIds(reader: EventReader, context: JsonObject, types: IdentifierTypes): [string, string | undefined][] {
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
    if (typeof type !== 'string' || !types.has(type)) return [];
    return [[type, reader.id(item, 'id', `/context/externalIds/${index}/id`)]];
  });
}
