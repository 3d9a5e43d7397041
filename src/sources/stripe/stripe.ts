import { isJsonObject, own, type Json, type JsonObject } from '../../domain/json';
import type { Message } from '../map-message';
import { idAt, objectAt, textAt } from '../read-fields';
import { SigningSecrets, isSigned, isStale } from '../signature';
import { defineSource } from '../source';
import { receiverOf } from '../webhook-receiver';
import { WebhookSettings } from '../webhook-settings';
import { amountsOf } from './amounts';
import { stripeTopics } from './topics';

/**
 * Stripe's webhooks: customers, checkouts, subscriptions, invoices and refunds. `Stripe-Signature` holds the time as `t` and as `v1` the
 * hex HMAC-SHA256 of `{t}.{body}`, several while a secret is rolled (Stripe docs, "Verify webhook signatures manually").
 */
export const stripe = defineSource({
  type: 'stripe',
  name: 'Stripe',
  settings: WebhookSettings,
  secrets: SigningSecrets,
  receiver: receiverOf({
    name: 'Stripe',
    verify: ({ headers, body }, { secrets, now }) => {
      const parts = (own(headers, 'stripe-signature') ?? '').split(',').map((part) => part.trim());
      const valuesOf = (name: string) =>
        parts.flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));
      const [time = ''] = valuesOf('t');
      if (!isSigned([`${time}.`, body], valuesOf('v1'), secrets, 'hex')) return 'unsigned';
      return isStale(Number(time) * 1_000, now) ? 'stale' : undefined;
    },
    read: (body) => (isJsonObject(body) ? messagesOf(body) : undefined),
    topics: stripeTopics,
  }),
});

function messagesOf(body: JsonObject): readonly Message[] | undefined {
  const [id, topic] = [textAt(body, 'id'), textAt(body, 'type')];
  if (id === undefined || topic === undefined) return undefined;
  const object = objectAt(objectAt(body, 'data'), 'object');
  const facts = {
    body,
    object,
    person: personOf(object),
    amounts: amountsOf(object),
    subscription: subscriptionOf(object),
  };
  return [{ topic, id: `stripe:${id}`, facts, at: own(body, 'created') ?? null }];
}

/** Whom an object of any type is about, wherever that type says so. */
function personOf(object: JsonObject): JsonObject {
  const places = [
    object,
    objectAt(object, 'customer'),
    objectAt(object, 'customer_details'),
    objectAt(object, 'billing_details'),
  ];
  const first = (...keys: readonly string[]): Json =>
    places.flatMap((place) => keys.flatMap((key) => textAt(place, key) ?? [])).at(0) ?? null;
  const isCustomer = own(object, 'object') === 'customer';
  const customer = isCustomer ? textAt(object, 'id') : textAt(object, 'customer');
  return {
    customer: idAt('stripe', customer ?? textAt(objectAt(object, 'customer'), 'id')),
    email: first('email', 'customer_email', 'receipt_email'),
    phone: first('phone', 'customer_phone'),
  };
}

/** Of an invoice: where it stands depends on the version of the API. */
function subscriptionOf(object: JsonObject): Json {
  const details = objectAt(objectAt(object, 'parent'), 'subscription_details');
  return textAt(object, 'subscription') ?? textAt(details, 'subscription') ?? null;
}
