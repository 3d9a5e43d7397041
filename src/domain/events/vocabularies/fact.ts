import { durationPattern } from '../../duration';
import { traitTypes } from '../../identity/identifier-types';
import { own, type Json, type JsonObject } from '../../json';
import { shortPointerPart, type Rejection } from '../rejection';
import { contextOf, identifierPlaces, ofObject, readIdentifiers, refuse, sharedFields } from '../translation';

const longestName = 255;

/**
 * `{ "name": "customer_data", "value": any JSON, "ttl": "30d", "identifiers": { … } }`: something that is true of a person for a time, as
 * an `identify` whose one trait expires. `ttl` counts from the fact's own time, as a duration or in whole seconds; `expiresAt` is an
 * instant instead.
 */
export const translateFact = ofObject((item, types) => {
  const externalIds = readIdentifiers(own(item, 'identifiers'), '/identifiers', types);
  if ('code' in externalIds) return { rejection: externalIds };
  const name = own(item, 'name');
  if (typeof name !== 'string' || name === '' || name.length > longestName)
    return refuse('invalid_fact', '/name', `A fact has a name of 1 to ${longestName} characters.`);
  if (traitTypes.some((type) => type === name))
    return refuse(
      'invalid_fact',
      '/name',
      `${name} is an identifier, which does not expire; send it with an identify.`,
    );
  const value = own(item, 'value') ?? null;
  if (value === null)
    return refuse('invalid_fact', '/value', 'A fact has a value; what is no longer so is left to expire.');
  const end = readEnd(item);
  if (typeof end === 'object') return { rejection: end };
  const raw = {
    ...sharedFields(item),
    type: 'identify',
    traits: Object.fromEntries([[name, value]]),
    ...contextOf(item, { externalIds, traitExpiry: Object.fromEntries([[name, end]]) }),
  };
  const places = {
    ...identifierPlaces(externalIds, '/identifiers'),
    [`/traits${shortPointerPart(name)}`]: '/value',
    [`/context/traitExpiry${shortPointerPart(name)}`]: own(item, 'ttl') === undefined ? '/expiresAt' : '/ttl',
  };
  return { raw, places };
});

/** As `context.traitExpiry` writes it. */
function readEnd(item: JsonObject): string | number | Rejection {
  const ttl = own(item, 'ttl') ?? null;
  if (ttl !== null) return isTtl(ttl) ? asDuration(ttl) : badTtl;
  const expiresAt = own(item, 'expiresAt') ?? null;
  if (typeof expiresAt === 'string' || typeof expiresAt === 'number') return expiresAt;
  return badTtl;
}

const badTtl: Rejection = {
  code: 'invalid_expiry',
  path: '/ttl',
  message: 'A fact has a time to live; send ttl as a duration such as "30d" or in whole seconds, or expiresAt.',
};

const isTtl = (ttl: Json): ttl is string | number =>
  durationPattern.test(typeof ttl === 'number' ? asDuration(ttl) : typeof ttl === 'string' ? ttl : '');

const asDuration = (ttl: string | number): string => (typeof ttl === 'number' ? `${ttl}s` : ttl);
