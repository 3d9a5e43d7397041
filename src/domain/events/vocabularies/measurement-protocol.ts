import { isJsonObject, own, type Json, type JsonObject } from '../../json';
import { kindOf, type Rejection } from '../rejection';
import { translateGa4 } from './translate-ga4';
import type { Translate } from '../translation';

/** Google's limit of one request (GA4 reference, "Measurement Protocol: limitations"). */
export const mostMeasuredEvents = 25;

const microsInMs = 1_000;

/** The events of a body of the GA4 Measurement Protocol, each as a raw event; or why the body has none. */
export function readMeasurements(body: Json | undefined): readonly JsonObject[] | Rejection {
  if (!isJsonObject(body)) {
    const message = `The body is ${kindOf(body)}; send { "client_id", "events" }.`;
    return { code: 'not_an_object', path: '', message };
  }
  const events = own(body, 'events');
  if (!Array.isArray(events) || events.length > mostMeasuredEvents)
    return { code: 'invalid_object', path: '/events', message: `Send 1 to ${mostMeasuredEvents} events in a list.` };
  const of = senderOf(body);
  const userProperties = traitsOf(own(body, 'user_properties'));
  const identify = userProperties && { ...of, type: 'identify', traits: userProperties };
  return [...(identify ? [identify] : []), ...(events as readonly Json[]).map((event) => measurementOf(event, of))];
}

/** Each of them in the words of Segment's e-commerce specification. */
export const translateMeasurement: Translate = (raw) => ({ ...translateGa4(raw), places });

const places = {
  '/event': '/name',
  '/properties': '/params',
  '/anonymousId': '/client_id',
  '/userId': '/user_id',
  '/timestamp': '/timestamp_micros',
};

function senderOf(body: JsonObject): JsonObject {
  const consent = consentOf(own(body, 'consent'));
  return {
    anonymousId: own(body, 'client_id') ?? own(body, 'app_instance_id') ?? null,
    userId: own(body, 'user_id') ?? null,
    ...timeOf(body),
    context: consent ? { consent: { categoryPreferences: consent } } : {},
  };
}

function measurementOf(event: Json, of: JsonObject): JsonObject {
  const { name = null, params = {}, ...rest } = isJsonObject(event) ? event : {};
  return { ...of, ...timeOf(rest), type: 'track', event: name, properties: params };
}

function timeOf(of: JsonObject): JsonObject {
  const micros = own(of, 'timestamp_micros') ?? null;
  const isNumber = typeof micros === 'number' || (typeof micros === 'string' && /^\d{1,17}$/.test(micros));
  if (micros === null) return {};
  return { timestamp: isNumber ? Math.floor(Number(micros) / microsInMs) : micros };
}

/** `{ "tier": { "value": "gold" } }` → `{ "tier": "gold" }`. */
function traitsOf(properties: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(properties) || Object.keys(properties).length === 0) return undefined;
  return Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, isJsonObject(one) ? (own(one, 'value') ?? null) : one]),
  );
}

/** `{ "ad_user_data": "GRANTED" }` → purposes of consent. */
function consentOf(consent: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(consent)) return undefined;
  const stated = Object.entries(consent).filter(([, status]) => status === 'GRANTED' || status === 'DENIED');
  return Object.fromEntries(stated.map(([purpose, status]) => [purpose, status === 'GRANTED']));
}
