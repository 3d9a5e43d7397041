import fc from 'fast-check';
import type { Json } from '../../json';
import { fromBinaryMode, translateCloudEvent } from './cloud-event';

const minimal = { specversion: '1.0', id: '1', source: '/shop', type: 'com.shop.order.placed' };

describe('a CloudEvent', () => {
  it('is what happened, told once by its source and id, about its subject', () => {
    const event = {
      ...minimal,
      time: '2026-05-01T09:00:00Z',
      subject: 'email:a@b.example',
      dataschema: 'https://shop.example/order.json',
      datacontenttype: 'application/json',
      data: { total: 10 },
      partitionkey: 'p1',
    };
    expect(translateCloudEvent(event)).toMatchObject({
      raw: {
        type: 'track',
        event: 'com.shop.order.placed',
        messageId: '/shop 1',
        timestamp: '2026-05-01T09:00:00Z',
        properties: { total: 10 },
        context: {
          externalIds: [{ type: 'email', id: 'a@b.example' }],
          cloudevent: {
            source: '/shop',
            type: 'com.shop.order.placed',
            dataschema: 'https://shop.example/order.json',
            partitionkey: 'p1',
          },
        },
      },
    });
  });

  it.each<[string, object, object]>([
    ['identify', { data: { tier: 'gold' } }, { type: 'identify', traits: { tier: 'gold' } }],
    ['group', { data: { groupId: 'g1', plan: 'pro' } }, { type: 'group', groupId: 'g1', traits: { plan: 'pro' } }],
    ['page', { data: { name: 'Home' } }, { type: 'page', name: 'Home', properties: { name: 'Home' } }],
    ['alias', { data: { previousId: 'a1' } }, { type: 'alias', previousId: 'a1' }],
    ['track', { data: {} }, { type: 'track', event: 'track' }],
    ['Viewed', { data: [1, 2] }, { type: 'track', properties: { data: [1, 2] } }],
    ['Viewed', {}, { type: 'track', properties: {} }],
  ])('of type %s and %j', (type, of, raw) => {
    expect(translateCloudEvent({ ...minimal, ...of, type })).toMatchObject({ raw });
  });

  it.each([
    ['u1', 'user_id', 'u1'],
    ['urn:user:7', 'user_id', 'urn:user:7'],
    ['device_id:a:b', 'device_id', 'a:b'],
    ['constructor:x', 'user_id', 'constructor:x'],
  ])('about "%s" is about the %s "%s"', (subject, type, id) => {
    expect(translateCloudEvent({ ...minimal, subject })).toMatchObject({
      raw: { context: { externalIds: [{ type, id }] } },
    });
  });

  it('names people by the extensions userid and anonymousid too', () => {
    expect(translateCloudEvent({ ...minimal, userid: 'u1', anonymousid: 'a1' })).toMatchObject({
      raw: {
        context: {
          externalIds: [
            { type: 'user_id', id: 'u1' },
            { type: 'anonymous_id', id: 'a1' },
          ],
        },
      },
    });
  });

  it.each<[string, object, string, string]>([
    ['of another version', { specversion: '0.3' }, 'invalid_envelope', '/specversion'],
    ['without an id', { id: undefined }, 'invalid_envelope', '/id'],
    ['with an empty source', { source: '' }, 'invalid_envelope', '/source'],
    ['with a number for a type', { type: 7 }, 'invalid_envelope', '/type'],
    ['with a list for a subject', { subject: ['u1'] }, 'invalid_envelope', '/subject'],
    ['with binary data', { data_base64: 'AA==' }, 'invalid_object', '/data_base64'],
    ['with a name that is too long', { source: 'x'.repeat(255) }, 'invalid_id', '/id'],
  ])('is refused %s', (_, of, code, path) => {
    expect(translateCloudEvent({ ...minimal, ...of })).toMatchObject({ rejection: { code, path } });
  });

  it('is read or refused whatever it holds, and nothing throws', () => {
    const member = fc.constantFrom('specversion', 'id', 'source', 'type', 'subject', 'data', 'time', '__proto__');
    const any = fc.oneof(fc.jsonValue(), fc.dictionary(member, fc.oneof(fc.jsonValue(), fc.constant('1.0'))));
    fc.assert(fc.property(any, (value) => expect(translateCloudEvent(value as Json)).toBeDefined()));
  });
});

describe('binary mode', () => {
  it('is the event of its ce- headers, percent-encoded, with the body as data', () => {
    const headers = { 'ce-id': '1', 'ce-subject': 'email:%C3%A9%40b.example', 'ce-type': '100%', host: 'x' };
    expect(fromBinaryMode(headers, { total: 1 })).toEqual({
      id: '1',
      subject: 'email:é@b.example',
      type: '100%',
      data: { total: 1 },
    });
  });

  it('is not there without such headers, and needs no body', () => {
    expect(fromBinaryMode({ host: 'x' }, {})).toBeUndefined();
    expect(fromBinaryMode({ 'ce-id': '1' }, undefined)).toEqual({ id: '1' });
  });
});
