import type { Json, JsonObject } from '../json';
import { parseEvent } from './parse-event';

const receivedAt = Date.parse('2026-05-01T12:00:00Z');
const minute = 60_000;

/** What is accepted, or refused, of an `identify` of an hour ago. */
function parse(traitExpiry: Json, of: JsonObject = {}) {
  const raw = {
    type: 'identify',
    userId: 'u1',
    timestamp: '2026-05-01T11:00:00Z',
    traits: { tier: 'gold', email: 'a@b.example', gone: null },
    context: { traitExpiry },
    ...of,
  };
  return parseEvent(raw, {
    receivedAt,
    source: 'web',
    isTrusted: true,
    json: { maxBytes: 32_768, maxDepth: 64 },
    makeMessageId: () => 'made',
  });
}

describe('context.traitExpiry of an identify', () => {
  it.each<[string, Json, number]>([
    ['a duration after the event', '90m', receivedAt + 30 * minute],
    ['a duration that is over by now', '30m', receivedAt - 30 * minute],
    ['an instant', '2026-05-02T00:00:00Z', Date.parse('2026-05-02T00:00:00Z')],
    ['epoch seconds', Date.parse('2026-05-02T00:00:00Z') / 1_000, Date.parse('2026-05-02T00:00:00Z')],
  ])('ends a trait by %s', (_, end, expiresAt) => {
    expect(parse({ tier: end })).toMatchObject({ event: { traitExpiry: { tier: expiresAt } } });
  });

  it.each<[string, Json]>([
    ['a trait the event does not state', { other: '1d' }],
    ['a trait that is deleted', { gone: '1d' }],
    ['a trait without an end', { tier: null }],
    ['no trait', {}],
  ])('says nothing of %s', (_, traitExpiry) => {
    expect(parse(traitExpiry)).not.toHaveProperty('event.traitExpiry');
  });

  it('is not looked at in other events, which clients send with the same context', () => {
    const track = parse('never', { type: 'track', event: 'Viewed' });
    expect(track).toHaveProperty('event.name', 'Viewed');
    expect(track).not.toHaveProperty('event.traitExpiry');
  });

  it.each<[string, Json, string]>([
    ['text', '30d', '/context/traitExpiry'],
    ['a time to live of no unit', { tier: '30' }, '/context/traitExpiry/tier'],
    ['more than ten years', { tier: '521w' }, '/context/traitExpiry/tier'],
    ['true', { tier: true }, '/context/traitExpiry/tier'],
    ['an end before the beginning', { tier: '2026-05-01T10:59:59Z' }, '/context/traitExpiry/tier'],
    ['an e-mail that ends', { email: '30d' }, '/context/traitExpiry/email'],
  ])('refuses %s', (_, traitExpiry, path) => {
    expect(parse(traitExpiry)).toMatchObject({ rejection: { code: 'invalid_expiry', path } });
  });
});
