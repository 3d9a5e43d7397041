import * as fc from 'fast-check';
import type { JsonObject } from '../json';
import { parseEnvelope, parseEvent, type Envelope, type ParseOptions } from './parse-event';

const receivedAt = Date.parse('2026-05-01T12:00:00Z');
const json = { maxBytes: 32_768, maxDepth: 64 };
const emptyEnvelope: Envelope = { context: {}, integrations: {}, bytes: 0 };
const options: ParseOptions = {
  receivedAt,
  source: 'web',
  isTrusted: false,
  json,
  makeMessageId: () => 'made',
};
const parse = (raw: unknown, more: Partial<ParseOptions> = {}) => parseEvent(raw, { ...options, ...more });
const accepted = (raw: unknown, more: Partial<ParseOptions> = {}) => {
  const parsed = parse(raw, more);
  if ('rejection' in parsed) throw new Error(`Rejected: ${parsed.rejection.code}`);
  return parsed.event;
};

/** One event per client, with the fields it was seen to send. */
const clients = {
  'analytics-node': {
    type: 'track',
    event: 'Order Completed',
    userId: 'u1',
    properties: { revenue: 10 },
    context: { library: { name: '@segment/analytics-node', version: '3.1.0' } },
    integrations: {},
    timestamp: '2026-05-01T11:59:58.000Z',
    messageId: 'node-next-1777636798000-5f1d',
    _metadata: { nodeVersion: '20.20.2' },
  },
  'rudder-sdk-node': {
    type: 'track',
    event: 'Order Completed',
    userId: 'u1',
    channel: 'server',
    originalTimestamp: '2026-05-01T11:59:58.000Z',
    sentAt: '2026-05-01T11:59:59.000Z',
    context: { library: { name: 'analytics-node' } },
    messageId: 'f3c7',
  },
  'analytics-next': {
    type: 'page',
    anonymousId: 'a1',
    userId: null,
    name: 'Home',
    category: 'Shop',
    properties: { path: '/', title: 'Home' },
    context: { page: { path: '/' }, timezone: 'Europe/Oslo' },
    timestamp: '2026-05-01T11:59:58.000Z',
    messageId: 'ajs-next-1777636798000-5f1d',
    writeKey: 'k',
    _metadata: { bundled: [] },
  },
  jitsu: {
    type: 'track',
    event: 'x',
    anonymousId: 'a1',
    messageId: '2kf93jd02jd93jd0sk2d',
    env: 'node',
    timestamp: '2026-05-01T11:59:58Z',
  },
  'dittofeed-node': { type: 'identify', userId: 'u1', traits: { email: 'A@b.c' }, messageId: '0b6c' },
};

describe('parseEvent', () => {
  it.each(Object.entries(clients))('takes what %s sends', (_client, raw) => {
    expect(accepted(raw)).toMatchObject({ messageId: raw.messageId, kind: raw.type });
  });

  it('names a track by its event and the others by their kind', () => {
    expect(accepted(clients['analytics-node']).name).toBe('Order Completed');
    expect(accepted(clients['analytics-next'])).toMatchObject({
      name: 'page',
      properties: { name: 'Home', category: 'Shop', path: '/', title: 'Home' },
    });
    expect(accepted({ type: 'group', userId: 'u1', groupId: 'g1', traits: { plan: 'x' } })).toMatchObject({
      name: 'group',
      properties: { groupId: 'g1' },
      traits: { plan: 'x' },
    });
  });

  it('keeps traits of the context under those of an identify, and of nothing else', () => {
    const context = { traits: { tier: 'iron', city: 'Oslo' } };
    expect(accepted({ type: 'identify', userId: 'u1', traits: { tier: 'gold' }, context }).traits).toEqual({
      tier: 'gold',
      city: 'Oslo',
    });
    expect(accepted({ type: 'track', event: 'x', userId: 'u1', traits: { tier: 'gold' }, context }).traits).toEqual({});
  });

  it.each<[string, object, object]>([
    ['userId and anonymousId', { userId: 'u1', anonymousId: 'a1' }, { user_id: 'u1', anonymous_id: 'a1' }],
    ['the device', { context: { device: { id: 'd1' } } }, { device_id: 'd1' }],
    [
      'e-mail and phone of traits',
      { traits: { email: 'A@b.c', phone: '+4791234567' } },
      { email: 'a@b.c', phone: '+4791234567' },
    ],
    ['traits of the context', { context: { traits: { email: 'A@b.c' } } }, { email: 'a@b.c' }],
    [
      'external ids of known types',
      {
        context: {
          externalIds: [
            { type: 'app_user_id', id: 'x' },
            { type: 'shoe', id: '43' },
          ],
        },
      },
      { app_user_id: 'x' },
    ],
    ['nothing from placeholders', { userId: 'undefined', anonymousId: 'a1' }, { anonymous_id: 'a1' }],
  ])('takes identifiers from %s', (_where, raw, expected) => {
    const { identifiers } = accepted({ type: 'identify', ...raw });
    expect(Object.fromEntries(identifiers.map(({ type, value }) => [type, value]))).toEqual(expected);
  });

  it('takes the previous id of an alias for an anonymous one, and each identifier once', () => {
    const { identifiers } = accepted({ type: 'alias', userId: 'u1', previousId: 'a1', anonymousId: 'a1' });
    expect(identifiers).toEqual([
      { type: 'user_id', value: 'u1' },
      { type: 'anonymous_id', value: 'a1' },
    ]);
  });

  it.each<[string, unknown, string, string]>([
    ['text', 'x', 'not_an_object', ''],
    ['a list', [], 'not_an_object', ''],
    ['no type', { userId: 'u' }, 'unknown_type', '/type'],
    ['an unknown type', { type: 'merge', userId: 'u' }, 'unknown_type', '/type'],
    ['a numeric id', { type: 'identify', userId: 9_007_199_254_740_993 }, 'invalid_id', '/userId'],
    ['an operator for an id', { type: 'identify', userId: { $ne: null } }, 'invalid_id', '/userId'],
    ['a long id', { type: 'identify', userId: 'x'.repeat(256) }, 'invalid_id', '/userId'],
    ['a numeric message id', { type: 'identify', userId: 'u', messageId: 7 }, 'invalid_id', '/messageId'],
    ['half a character in an id', { type: 'identify', userId: 'a\ud800' }, 'invalid_text', '/userId'],
    [
      'a numeric external id',
      { type: 'identify', userId: 'u', context: { externalIds: [{ type: 'email', id: 7 }] } },
      'invalid_id',
      '/context/externalIds/0/id',
    ],
    ['no identifier', { type: 'track', event: 'x' }, 'no_identifier', ''],
    ['only placeholders', { type: 'track', event: 'x', userId: 'null', anonymousId: '' }, 'no_identifier', ''],
    ['a track without a name', { type: 'track', userId: 'u' }, 'invalid_event_name', '/event'],
    ['the name that rules read as any', { type: 'track', userId: 'u', event: '*' }, 'invalid_event_name', '/event'],
    [
      'a name of events of ours',
      { type: 'track', userId: 'u', event: 'heddle:contacted' },
      'invalid_event_name',
      '/event',
    ],
    [
      'an id of events of ours',
      { type: 'track', userId: 'u', event: 'e', messageId: 'heddle:contacted:1' },
      'invalid_id',
      '/messageId',
    ],
    ['a name that is no text', { type: 'track', userId: 'u', event: { $gt: '' } }, 'invalid_event_name', '/event'],
    [
      'a list of properties',
      { type: 'track', userId: 'u', event: 'x', properties: [] },
      'invalid_object',
      '/properties',
    ],
    ['text for a context', { type: 'track', userId: 'u', event: 'x', context: 'x' }, 'invalid_object', '/context'],
    [
      'a time nobody can read',
      { type: 'track', userId: 'u', event: 'x', timestamp: 'soon' },
      'invalid_timestamp',
      '/timestamp',
    ],
    [
      'a time before 1970',
      { type: 'track', userId: 'u', event: 'x', timestamp: '1969-01-01' },
      'invalid_timestamp',
      '/timestamp',
    ],
    [
      'a time after 2100',
      { type: 'track', userId: 'u', event: 'x', originalTimestamp: '2101-01-01' },
      'invalid_timestamp',
      '/originalTimestamp',
    ],
  ])('refuses %s with a code and a place', (_what, raw, code, path) => {
    expect(parse(raw)).toMatchObject({ rejection: { code, path } });
  });

  it('never repeats a value in what it says', () => {
    const parsed = parse({ type: 'person@example.com', userId: ['person@example.com'] });
    expect(JSON.stringify(parsed)).not.toContain('person');
  });

  describe('time', () => {
    const track = { type: 'track', event: 'x', userId: 'u1' };
    const sentAt = Date.parse('2026-05-01T11:59:59Z');

    it('is corrected by the sending time of the event, else of the batch', () => {
      const envelope = { ...emptyEnvelope, sentAt };
      const timestamp = '2026-05-01T11:59:58Z';
      expect(accepted({ ...track, timestamp }, { envelope })).toMatchObject({
        occurredAt: receivedAt - 1_000,
        sentOccurredAt: receivedAt - 2_000,
        sentAt,
      });
      const own = '2026-05-01T11:59:58.500Z';
      expect(accepted({ ...track, timestamp, sentAt: own }, { envelope }).occurredAt).toBe(receivedAt - 500);
    });

    it('is taken from timestamp before originalTimestamp', () => {
      const times = { timestamp: '2020-01-01T00:00:00Z', originalTimestamp: '2026-05-01T11:59:59Z' };
      expect(accepted({ ...track, ...times }).occurredAt).toBe(Date.parse('2020-01-01T00:00:00Z'));
    });

    it('is the receipt without one, and a bad sending time corrects nothing', () => {
      expect(accepted(track)).toMatchObject({ occurredAt: receivedAt });
      const event = accepted({ ...track, timestamp: '2026-04-01T00:00:00Z', sentAt: 'soon' });
      expect(event).toMatchObject({ occurredAt: Date.parse('2026-04-01T00:00:00Z') });
      expect(event.sentAt).toBeUndefined();
    });
  });

  it('gives keys back as they came, whatever they mean elsewhere', () => {
    const text = '{"__proto__":{"x":1},"$set":1,"a.b":2,"constructor":3,"toString":4}';
    const raw = JSON.parse(
      `{"type":"track","event":"x","userId":"u","properties":${text},"context":${text}}`,
    ) as JsonObject;
    const envelope = { ...emptyEnvelope, context: JSON.parse('{"__proto__":{"y":2},"app":1}') as JsonObject };
    const event = accepted(raw, { envelope });
    expect(JSON.stringify(event.properties)).toBe(text);
    expect(JSON.stringify(event.context)).toBe(
      '{"__proto__":{"x":1},"app":1,"$set":1,"a.b":2,"constructor":3,"toString":4}',
    );
    expect(Object.getPrototypeOf(event.context)).toBe(Object.prototype);
  });

  it('counts the context of the batch to the size of every event', () => {
    const envelope = parseEnvelope({ context: { note: 'x'.repeat(32_000) } }, json);
    if ('code' in envelope) throw new Error('The envelope should fit.');
    const raw = { type: 'track', event: 'x', userId: 'u', properties: { text: 'y'.repeat(1_000) } };
    expect(parse(raw, { envelope })).toMatchObject({ rejection: { code: 'too_large' } });
  });

  it('answers any JSON with an event or a reason, and never throws', () => {
    const anyEvent = fc.record(
      {
        type: fc.oneof(fc.constantFrom('track', 'identify', 'page', 'alias', 'group'), fc.jsonValue()),
        event: fc.jsonValue(),
        userId: fc.jsonValue(),
        traits: fc.jsonValue(),
        context: fc.jsonValue(),
        properties: fc.jsonValue(),
        timestamp: fc.oneof(fc.date({ noInvalidDate: true }).map(String), fc.jsonValue()),
        messageId: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anyEvent, fc.jsonValue()), (raw) => {
        const parsed = parse(raw);
        if ('event' in parsed) expect(parsed.event.identifiers.length).toBeGreaterThan(0);
        else expect(parsed.rejection.message).not.toBe('');
      }),
    );
  });
});

describe('parseEnvelope', () => {
  it.each([
    [{ context: [] }, 'invalid_object', '/context'],
    [{ integrations: 'All' }, 'invalid_object', '/integrations'],
    [{ context: { a: '\ud800' } }, 'invalid_text', '/context/a'],
  ])('refuses %p', (raw, code, path) => {
    expect(parseEnvelope(raw as JsonObject, json)).toMatchObject({ code, path });
  });
});
