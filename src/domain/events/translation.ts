import { noSuchType, usualTypes, type IdentifierTypes } from '../identity/workspace-types';
import { isJsonObject, own, type Json, type JsonObject } from '../json';
import { kindOf, shortPointerPart, type Rejection } from './rejection';

/** What an item of another vocabulary is in ours: an event to be read like any other, or why there is none. */
export type Translation =
  | {
      readonly raw: unknown;
      /** Where the sender wrote what our event has elsewhere, as JSON pointers: ours → theirs. For what is refused later. */
      readonly places?: Readonly<Record<string, string>>;
      /** False keeps two known profiles apart, whoever sends it. */
      readonly mayMerge?: false;
    }
  | { readonly rejection: Rejection };

/** One item of a vocabulary → our event. Total: what is no item is passed on, for the event's own check to refuse. */
export type Translate = (item: unknown, types?: IdentifierTypes) => Translation;

export const refuse = (code: Rejection['code'], path: string, message: string): Translation => ({
  rejection: { code, path, message },
});

/** The translation of an item that is an object; anything else is no event in any vocabulary. */
export const ofObject =
  (translate: (item: JsonObject, types: IdentifierTypes) => Translation): Translate =>
  (item, types = usualTypes) =>
    isJsonObject(item) ? translate(item, types) : { raw: item };

/** What every event may say of itself, under the same names in our vocabularies. */
const shared = ['messageId', 'timestamp', 'sentAt', 'context'] as const;

/** Those of the shared fields that an item has. */
export function sharedFields(item: JsonObject): JsonObject {
  return Object.fromEntries(shared.flatMap((key) => (Object.hasOwn(item, key) ? [[key, item[key] as Json]] : [])));
}

/** A copy of the item's context, with more in it. What is no object stays, to be refused as one. */
export function contextOf(item: JsonObject, more: JsonObject): { readonly context: Json } {
  const context = own(item, 'context') ?? {};
  return { context: isJsonObject(context) ? { ...context, ...more } : context };
}

/** As `context.externalIds` lists them. */
export type ExternalId = { readonly type: string; readonly id: Json };

/** `{ "user_id": "u1", "email": "a@b.example" }` as external ids; or what is wrong with it. `path` is where it stands. */
export function readIdentifiers(
  value: Json | undefined,
  path: string,
  types: IdentifierTypes,
): readonly ExternalId[] | Rejection {
  if (!isJsonObject(value)) {
    const given = value === undefined ? 'absent' : kindOf(value);
    const message = `identifiers is ${given}; send an object of values by type, such as { "user_id": … }.`;
    return { code: 'no_identifier', path, message };
  }
  const unknown = Object.keys(value).find((type) => !types.has(type));
  if (unknown !== undefined) {
    return { code: 'invalid_id', path: path + shortPointerPart(unknown), message: noSuchType(types) };
  }
  return Object.entries(value).flatMap(([type, id]) => (id === null ? [] : [{ type, id }]));
}

/** Where the sender wrote each of these ids: under its type in an object at `path`. */
export const identifierPlaces = (externalIds: readonly ExternalId[], path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(externalIds.map(({ type }, index) => [`/context/externalIds/${index}/id`, `${path}/${type}`]));

/** A rejection of our event, told in the sender's places: the longest one that holds it. */
export function inPlaces(rejection: Rejection, places: Readonly<Record<string, string>>): Rejection {
  const holds = (ours: string): boolean => rejection.path === ours || rejection.path.startsWith(`${ours}/`);
  const [ours] = Object.keys(places)
    .filter(holds)
    .sort((one, other) => other.length - one.length);
  if (ours === undefined) return rejection;
  return { ...rejection, path: (places[ours] ?? '') + rejection.path.slice(ours.length) };
}
