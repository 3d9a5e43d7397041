import { own } from '../../json';
import { kindOf } from '../rejection';
import { contextOf, identifierPlaces, ofObject, readIdentifiers, refuse, sharedFields } from '../translation';

/** `{ "type": "Brochure Downloaded", "identifiers": { … }, "properties": { … } }`: something a person did, as a `track`. */
export const translateEngagement = ofObject((item, types) => {
  const externalIds = readIdentifiers(own(item, 'identifiers'), '/identifiers', types);
  if ('code' in externalIds) return { rejection: externalIds };
  const event = own(item, 'type') ?? null;
  if (typeof event !== 'string')
    return refuse('invalid_event_name', '/type', `type is ${kindOf(event)}; name what the person did.`);
  const properties = own(item, 'properties') ?? {};
  const raw = { ...sharedFields(item), type: 'track', event, properties, ...contextOf(item, { externalIds }) };
  return { raw, places: { '/event': '/type', ...identifierPlaces(externalIds, '/identifiers') } };
});
