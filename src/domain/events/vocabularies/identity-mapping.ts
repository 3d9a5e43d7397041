import { isJsonObject, own, type Json } from '../../json';
import type { IdentifierTypes } from '../../identity/workspace-types';
import { kindOf } from '../rejection';
import {
  contextOf,
  ofObject,
  readIdentifiers,
  refuse,
  sharedFields,
  type ExternalId,
  type Translation,
} from '../translation';

/**
 * `{ "from": { "type", "value" }, "to": { "type", "value" }, "merge": true }`: two identifiers are of one person, as an `alias` that names
 * both. With `merge: false` what is known by them is not brought together where that would make one of two known profiles.
 */
export const translateIdentityMapping = ofObject((item, types): Translation => {
  const merge = own(item, 'merge') ?? null;
  if (typeof merge !== 'boolean')
    return refuse('invalid_mapping', '/merge', `merge is ${kindOf(merge)}; say true or false.`);
  const sides = (['from', 'to'] as const).map((side) => readSide(own(item, side), side, types));
  const wrong = sides.find((side) => 'rejection' in side);
  if (wrong) return wrong;
  const externalIds = sides.flatMap((side) => ('ids' in side ? side.ids : []));
  const raw = { ...sharedFields(item), type: 'alias', properties: { merge }, ...contextOf(item, { externalIds }) };
  const places = { '/context/externalIds/0/id': '/from/value', '/context/externalIds/1/id': '/to/value' };
  return { raw, places, ...(!merge && { mayMerge: false }) };
});

function readSide(
  side: Json | undefined,
  name: string,
  types: IdentifierTypes,
): { readonly ids: readonly ExternalId[] } | Extract<Translation, { rejection: unknown }> {
  const [type, value] = isJsonObject(side) ? [own(side, 'type'), own(side, 'value') ?? null] : [undefined, null];
  if (typeof type !== 'string' || value === null) {
    const message = `${name} is one identifier: send { "type", "value" }.`;
    return { rejection: { code: 'invalid_mapping', path: `/${name}`, message } };
  }
  const ids = readIdentifiers(Object.fromEntries([[type, value]]), `/${name}`, types);
  return 'code' in ids ? { rejection: { ...ids, path: `/${name}/type` } } : { ids };
}
