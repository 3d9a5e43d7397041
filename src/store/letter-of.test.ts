import type { JsonObject } from '../domain/json';
import { typesOf } from '../domain/identity/workspace-types';
import { workspaceId } from '../domain/ids';
import { keysNamed, letterOf, nameInLetters, rowLetterId, rowLetterOf } from './letter-of';

const ws = workspaceId('ws_1');
const identifiers = { key: (_ws: string, { type, value }: { type: string; value: string }) => `${type}:${value}` };
const limits = { maxBytes: 300, maxDepth: 5 };
const deps = { identifiers, limits, types: typesOf({ loyalty_id: { isKnown: true, form: 'digits' } }) };
const arrival = { at: 5, source: 'shop', isTrusted: true, lane: 'live' } as const;
const rejection = { code: 'invalid_id', path: '/userId', message: 'Send a text.' };
const letter = (raw: unknown, of: Partial<Parameters<typeof letterOf>[3]> = {}) =>
  letterOf(deps, ws, arrival, { stage: 'rejected', rejection, raw, ...of });
const track: JsonObject = { type: 'track', event: 'Viewed', userId: 'u1' };
/** What it is of an event that could be read does not matter here. */
const event = {} as NonNullable<Parameters<typeof letterOf>[3]['event']>;

describe('a dead letter of an event', () => {
  it('says what it is, whence it came, why, and whom it names, and has the event whole', () => {
    expect(letter(track, { messageId: 'm1' })).toEqual({
      ...{ stage: 'rejected', ...arrival, ...rejection, messageId: 'm1', kind: 'track', event: 'Viewed' },
      ...{ payload: JSON.stringify(track), naming: ['user_id:u1'] },
    });
  });

  it('names the browser of an alias, and whom its batch names, each once', () => {
    expect(letter({ type: 'alias', userId: 'u1', previousId: 'a1' }).naming).toEqual(['user_id:u1', 'anonymous_id:a1']);
    const said = { context: { traits: { email: 'Ann@Mail.test' } } };
    const of = { ...arrival, envelope: JSON.stringify(said), naming: keysNamed(deps, ws, said) };
    const refused = { stage: 'rejected', rejection, raw: { userId: 'u1', ...said } } as const;
    expect(letterOf(deps, ws, of, refused).naming).toEqual(['email:ann@mail.test', 'user_id:u1']);
    expect(letterOf(deps, ws, of, { ...refused, raw: 'no event' })).toMatchObject({
      naming: ['email:ann@mail.test'],
    });
  });

  it("names whom an identifier of the workspace's own types names", () => {
    const externalIds = [{ type: 'loyalty_id', id: '12-34' }];
    expect(letter({ type: 'track', context: { externalIds } }).naming).toEqual(['loyalty_id:1234']);
  });

  it('knows the kind that the path named', () => {
    expect(letter({ event: 'Viewed' }, { kind: 'track' })).toMatchObject({ kind: 'track', event: 'Viewed' });
    expect(letter('no event')).not.toHaveProperty('kind');
  });

  it.each(['ann@mail.test', 'Order of ann@mail.test', '+49 170 1234567', '', 'x'.repeat(256), 17, undefined])(
    'does not show the name %p',
    (name) => {
      expect(letter({ ...track, event: name as string })).not.toHaveProperty('event');
      expect(nameInLetters('track', name)).toEqual({});
    },
  );

  it('has no write key in it', () => {
    const key = `hdl_dev_${'0'.repeat(12)}_${'x'.repeat(43)}`;
    expect(letter({ ...track, writeKey: key }).payload).toContain('"writeKey":"hdl_•••"');
  });

  it('has only the beginning of one that is too large, and nothing of one that nests too deep', () => {
    const large = letter({ ...track, note: 'x'.repeat(10_000) });
    expect(large).toMatchObject({ notWhole: 'too_large', payload: expect.stringMatching(/^.{4096}$/) });
    const deep = letter({ ...track, a: { b: { c: { d: { e: {} } } } } });
    expect(deep).toMatchObject({ notWhole: 'too_deep' });
    expect(deep).not.toHaveProperty('payload');
  });

  it('has one that could be read whole, however long its escapes are', () => {
    const raw = { ...track, note: '\n'.repeat(200) };
    expect(letter(raw)).toMatchObject({ notWhole: 'too_large' });
    expect(letter(raw, { event })).not.toHaveProperty('notWhole');
    expect(JSON.parse(letter(raw, { event }).payload ?? '')).toEqual(raw);
  });
});

it('a dead letter of a row is the same however often the row is read, and has its beginning', () => {
  const row = { ...{ at: 5, source: 'shop', name: 'row-1' }, ...rejection, text: 'x'.repeat(5_000) };
  expect(rowLetterOf(row)).toMatchObject({
    ...{ id: rowLetterId('shop', 'row-1', 'invalid_id'), stage: 'rejected', notWhole: 'not_translated', ...rejection },
    payload: expect.stringMatching(/^x{4096}$/),
  });
  expect(rowLetterOf({ ...row, at: 9 }).id).toBe(rowLetterOf(row).id);
  expect(rowLetterOf({ ...row, name: 'row-2' }).id).not.toBe(rowLetterOf(row).id);
});
