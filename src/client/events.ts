import { named } from './batches';
import { sendAll, type SendAllOptions } from './send-all';
import { path, type ClientOptions, type Transport } from './transport';
import type { EventInput, EventsAnswer, EventsByType, EventType } from './event-types';
import type { CloudEvent, Engagement, Fact, IdentityMapping, Measurement } from './vocabulary-types';

/** Ingestion. Every event has its `messageId` before it leaves, so sending again after a failure is always safe. */
export function eventsOf({ call }: Transport, { url, writeKey }: Pick<ClientOptions, 'url' | 'writeKey'>) {
  const post = (where: string, json: string, headers: Readonly<Record<string, string>> = {}) =>
    call<EventsAnswer>({ method: 'POST', path: where, json, headers, door: 'ingestion', isRepeatable: true });
  const one =
    <Type extends EventType>(type: Type) =>
    (event: EventsByType[Type]) =>
      post(path`/v1/${type}`, JSON.stringify(named(event)));

  return {
    track: one('track'),
    identify: one('identify'),
    page: one('page'),
    screen: one('screen'),
    group: one('group'),
    alias: one('alias'),
    /** What people did, in the words of Supermetrics. */
    engagements: (items: readonly Engagement[]) => post('/v1/engagements', JSON.stringify(items.map(named))),
    /** What is true of people for a time, and expires by itself. */
    facts: (items: readonly Fact[]) => post('/v1/facts', JSON.stringify(items.map(named))),
    /** Which identifiers are of one person. */
    identityMappings: (items: readonly IdentityMapping[]) =>
      post('/v1/identity-mappings', JSON.stringify(items.map(named))),
    /** CloudEvents 1.0 in the JSON format; `id` and `source` name each. */
    cloudEvents: (events: readonly CloudEvent[]) =>
      post('/v1/cloudevents', JSON.stringify(events), { 'content-type': 'application/cloudevents-batch+json' }),
    /** A body of the GA4 Measurement Protocol. It has no ids, so what is sent again counts again. */
    measure: (body: Measurement) =>
      call<EventsAnswer>({ method: 'POST', path: '/v1/ga4/mp/collect', body, door: 'ingestion' }),
    /** One request; the server says which of the events it refused. */
    batch: (events: readonly EventInput[]) => post('/v1/batch', JSON.stringify({ batch: events.map(named) })),
    /** The address of an image whose loading is the event, as for an e-mail. The write key is in it: let it be a public one. */
    pixelUrl: (event: EventInput): string => {
      if (writeKey === undefined) throw new Error('An image names its key: make the client with a public write key.');
      const json = new TextEncoder().encode(JSON.stringify({ ...(named(event) as EventInput), writeKey }));
      const base64 = btoa(Array.from(json, (byte) => String.fromCharCode(byte)).join(''));
      return `${url.replace(/\/+$/, '')}/v1/pixel.gif?data=${encodeURIComponent(base64)}`;
    },
    /** Any number of events, in batches of at most 500 events and 1 MB. What is no event comes back as rejected. */
    sendAll: (events: Iterable<unknown> | AsyncIterable<unknown>, options?: SendAllOptions) =>
      sendAll((json) => post('/v1/batch', json, options?.lane && { 'x-heddle-lane': options.lane }), events, options),
  };
}
