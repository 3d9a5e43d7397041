import fc from 'fast-check';
import { parseEvent } from '../domain/events/parse-event';
import type { Event } from '../domain/events/event';
import { withoutKey, type Json, type JsonObject } from '../domain/json';
import type { InboundRequest, Received, SourceKind } from './source';

export const now = Date.UTC(2026, 4, 1, 12);
export const minute = 60_000;
export const mostEvents = 1_000;
const secret = 'the present secret';

/** A request as its tool signs it, with this secret at this instant. */
export type Signer = (
  body: Buffer,
  of: { readonly secret: string; readonly at: number; readonly topic?: string },
) => InboundRequest;

/** What a receiver supplies to be held to the specification of the port. */
export interface Specimen {
  readonly kind: SourceKind;
  readonly settings: JsonObject;
  readonly sign: Signer;
  /** A body whose topic becomes events. */
  readonly body: Json;
  readonly topic: string;
  /** The same message under a topic that nobody knows. */
  readonly unknown: { readonly body: Json; readonly topic: string };
  /** Whether the signature covers a time. */
  readonly hasTime: boolean;
}

const bytesOf = (body: Json): Buffer => Buffer.from(JSON.stringify(body));

/** What a kind of source answers to a request, with settings as they are saved. */
export function receive(
  kind: SourceKind,
  request: InboundRequest,
  { settings, secrets = { signingSecret: secret } }: { readonly settings: object; readonly secrets?: object },
): Received {
  if (!kind.receiver) throw new Error(`${kind.type} receives nothing.`);
  const parsed = { settings: kind.settings.parse(settings), secrets: kind.secrets.parse(secrets) };
  return kind.receiver.receive(request, { ...parsed, now, mostEvents });
}

/** The events of a body as the door reads them. Throws where one is refused. */
export function eventsOf(
  { kind, settings, sign }: Pick<Specimen, 'kind' | 'settings' | 'sign'>,
  body: Json,
  topic?: string,
): Event[] {
  const request = sign(bytesOf(body), { secret, at: now, ...(topic !== undefined && { topic }) });
  const received = receive(kind, request, { settings });
  if (received.verdict !== 'accepted') throw new Error(`The request was ${received.verdict}.`);
  return received.events.map((make) => {
    const parsed = parseEvent(make(), {
      receivedAt: now,
      source: 'shop',
      isTrusted: true,
      json: { maxBytes: 32_768, maxDepth: 64 },
      makeMessageId: () => 'made',
    });
    if ('rejection' in parsed) throw new Error(`An event was refused: ${parsed.rejection.code}.`);
    return parsed.event;
  });
}

/** The specification of every receiver. */
export function describeReceiver(specimen: Specimen): void {
  const { kind, settings, sign, topic, hasTime } = specimen;
  const signed = (body: Json = specimen.body, of: Partial<Parameters<Signer>[1]> = {}) =>
    sign(bytesOf(body), { secret, at: now, topic, ...of });
  const ask = (request: InboundRequest, secrets?: object) =>
    receive(kind, request, { settings, ...(secrets && { secrets }) });
  const refused = { verdict: 'refused', status: 401 };

  describe(`${kind.type} as a receiver`, () => {
    it('refuses settings and secrets with a field it does not know', () => {
      expect(kind.settings.safeParse({ ...settings, extra: 1 }).success).toBe(false);
      expect(kind.secrets.safeParse({ signingSecret: secret, extra: 'x' }).success).toBe(false);
      expect(kind.secrets.safeParse({}).success).toBe(false);
    });

    it('makes events of a message, each with a person and a name of its own', () => {
      const events = eventsOf(specimen, specimen.body, topic);
      expect(events.length).toBeGreaterThan(0);
      expect(new Set(events.map(({ messageId }) => messageId)).size).toBe(events.length);
      for (const { identifiers } of events) expect(identifiers).not.toEqual([]);
    });

    it('names the events of a message told again the same, so that they count once', () => {
      const ids = (of: { at: number }) => {
        const received = ask(signed(specimen.body, of));
        return received.verdict === 'accepted' ? received.events.map((make) => make()['messageId']) : [];
      };
      expect(ids({ at: now - minute })).toEqual(ids({ at: now }));
      expect(ids({ at: now })).not.toEqual([]);
    });

    it('refuses a body of which one byte is another', () => {
      const request = signed();
      fc.assert(
        fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const body = Buffer.from(request.body);
          body[at] = (body[at] ?? 0) ^ change;
          expect(ask({ ...request, body })).toMatchObject(refused);
        }),
        { numRuns: 50 },
      );
    });

    it('refuses another secret, takes the one before while it is being changed, and says no secret', () => {
      const request = signed();
      const answer = ask(request, { signingSecret: 'another' });
      expect(answer).toMatchObject({ ...refused, code: 'invalid-signature' });
      expect(JSON.stringify(answer)).not.toContain('another');
      expect(ask(request, { signingSecret: 'another', previousSigningSecret: secret })).toMatchObject({
        verdict: 'accepted',
      });
    });

    it('refuses a request without any of its headers of signature, or with an empty one', () => {
      const request = signed();
      const names = Object.keys(request.headers).filter((name) => /signature|hmac|timestamp/.test(name));
      expect(names).not.toEqual([]);
      for (const name of names) {
        const headers = withoutKey(request.headers, name);
        expect(ask({ ...request, headers })).toMatchObject(refused);
        expect(ask({ ...request, headers: { ...headers, [name]: '' } })).toMatchObject(refused);
      }
    });

    if (hasTime)
      it.each([
        ['refuses', 'a request of five minutes and a second ago', -5 * minute - 1_000, 'refused'],
        ['refuses', 'a request of five minutes and a second ahead', 5 * minute + 1_000, 'refused'],
        ['takes', 'a request of four minutes ago', -4 * minute, 'accepted'],
      ])('%s %s', (_, _what, offset, verdict) => {
        const answer = ask(signed(specimen.body, { at: now + offset }));
        expect(answer.verdict).toBe(verdict);
        if (answer.verdict === 'refused') expect(answer).toMatchObject({ status: 401, code: 'stale-timestamp' });
      });

    it('passes over topics that nobody knows, or that the settings map to nothing', () => {
      const { unknown } = specimen;
      expect(ask(signed(unknown.body, { topic: unknown.topic }))).toEqual({ verdict: 'accepted', events: [] });
      const nothing = { settings: { ...settings, mapping: { [topic]: [] } } };
      expect(receive(kind, signed(), nothing)).toEqual({ verdict: 'accepted', events: [] });
    });

    it('makes of a topic what the settings say instead', () => {
      const identifiers = { user_id: { constant: 'u1' }, email: { from: 'body.nobody' } };
      const mapping = { [topic]: [{ event: 'Mine', identifiers, properties: { a: { from: 'body.nothing' }, b: 1 } }] };
      expect(eventsOf({ ...specimen, settings: { ...settings, mapping } }, specimen.body, topic)).toMatchObject([
        { name: 'Mine', identifiers: [{ type: 'user_id', value: 'u1' }], properties: { b: 1 } },
      ]);
    });

    it('answers a signed body of any kind, and never throws', () => {
      const anyBody = fc.oneof(
        fc.json().map((text) => Buffer.from(text)),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      );
      fc.assert(
        fc.property(anyBody, (body) => {
          expect(['accepted', 'refused']).toContain(ask(sign(body, { secret, at: now, topic })).verdict);
        }),
      );
      expect(ask(sign(Buffer.from('{"a":'), { secret, at: now, topic }))).toMatchObject({
        verdict: 'refused',
        status: 400,
      });
    });
  });
}
