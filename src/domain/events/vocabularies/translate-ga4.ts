import { isJsonObject, own, type Json, type JsonObject } from '../../json';
import { contextOf, ofObject } from '../translation';
import { ga4Events, ga4ItemFields, ga4Parameters, type Ga4Event } from './ga4-ecommerce';

/** A `track` with the name and parameters of GA4 in the words of Segment's e-commerce specification; anything else as it is. */
export const translateGa4 = ofObject((item) => {
  const [type, name] = [own(item, 'type') ?? 'track', own(item, 'event')];
  const known = type === 'track' && typeof name === 'string' ? own(ga4Events, name) : undefined;
  const properties = own(item, 'properties') ?? {};
  if (!known || !isJsonObject(properties)) return { raw: item };
  const raw = {
    ...item,
    ...(known.kind && { type: known.kind }),
    ...(known.event !== undefined && { event: known.event }),
    properties: propertiesOf(known, properties),
    ...contextOf(item, { vocabulary: { name: 'ga4-ecommerce', event: name ?? null } }),
  };
  return { raw };
});

function propertiesOf({ parameters = {}, isOfOneProduct }: Ga4Event, given: JsonObject): JsonObject {
  const items = own(given, 'items');
  const products = Array.isArray(items) ? (items as readonly Json[]).map(productOf) : undefined;
  const [first] = products ?? [];
  const named = renamed(given, { ...ga4Parameters, ...parameters });
  return {
    ...(isOfOneProduct && isJsonObject(first) && first),
    ...named,
    ...(products && { products }),
  };
}

const productOf = (item: Json): Json => (isJsonObject(item) ? renamed(item, ga4ItemFields) : item);

const renamed = (fields: JsonObject, names: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [own(names, key) ?? key, value]));
