import { typesOf } from '../../domain/identity/workspace-types';
import { RowMapping } from '../../domain/rows/row-mapping.schema';
import { pulledRowReader, type PulledRowOptions } from './read-pulled-row';

const identify = RowMapping.parse({ columns: { id: { to: 'identifier', type: 'user_id' }, plan: { to: 'trait' } } });
const track = RowMapping.parse({
  type: 'track',
  constants: { event: 'Bought' },
  columns: { id: { to: 'identifier', type: 'user_id' } },
});
const options = { source: 'shop', mapping: identify, limits: { maxBytes: 32_768, maxDepth: 64 }, now: 1_000 };

const read = (row: { id: unknown; plan?: unknown }, more: Partial<PulledRowOptions> = {}, name?: string) =>
  pulledRowReader({ ...options, ...more })({ row: row as never, ...(name !== undefined && { name }) });
const idOf = (...args: Parameters<typeof read>): string => {
  const result = read(...args);
  return 'event' in result ? result.event.messageId : result.id;
};
const row = { id: 'u1', plan: 'free' };

describe('a row', () => {
  it('becomes an event of its source, as from a secret key', () => {
    expect(read(row)).toMatchObject({
      event: { kind: 'identify', source: 'shop', isTrusted: true, receivedAt: 1_000, traits: { plan: 'free' } },
    });
  });

  it("names somebody by a type of the workspace's own, in its form", () => {
    const naming = { types: typesOf({ loyalty_id: { isKnown: true, form: 'digits' } }) };
    const mapping = RowMapping.parse({ columns: { id: { to: 'identifier', type: 'loyalty_id' } } });
    const identifiers = [{ type: 'loyalty_id', value: '1234' }];
    expect(read({ id: '12-34' }, { mapping, naming })).toMatchObject({ event: { identifiers } });
    expect(read({ id: '12-34' }, { mapping })).toMatchObject({ code: 'no_identifier' });
  });

  it('costs only itself when it nests so deep that it cannot be written', () => {
    const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
    expect(read({ id: 'u1', plan: deep })).toMatchObject({ code: 'too_deep' });
  });

  it('counts once while it says the same', () => {
    expect(idOf(row)).toBe(idOf({ ...row }));
    expect(idOf(row)).toMatch(/^pull_[\w-]{43}$/);
  });

  it.each([
    ['another source', row, { source: 'other' }],
    ['another value', { ...row, plan: 'gold' }, {}],
    ['another mapping', row, { mapping: { ...identify, trim: false } }],
    ['another reading of the whole', row, { reading: '2' }],
  ])('counts anew with %s', (_what, other, more) => {
    expect(idOf(other, more)).not.toBe(idOf(row));
  });

  it('that says what happened counts once, whatever the reading and the mapping; the same on another line is another', () => {
    const first = idOf(row, { mapping: track, reading: '1' }, 'a.csv:2');
    expect(idOf(row, { mapping: { ...track, trim: false }, reading: '2' }, 'a.csv:2')).toBe(first);
    expect(idOf(row, { mapping: track }, 'a.csv:3')).not.toBe(first);
  });

  it('keeps the message id that a column brings', () => {
    const mapping = { ...identify, columns: { ...identify.columns, key: { to: 'messageId' as const } } };
    expect(idOf({ ...row, key: 'm-1' } as never, { mapping })).toBe('m-1');
  });

  it.each([
    ['the mapping refuses', { id: '' }, 'no_identifier'],
    ['the door refuses', { id: 'u1', plan: { a: '\ud800' } }, 'invalid_text'],
  ])('that %s says why, under one id', (_who, refused, code) => {
    expect(read(refused)).toMatchObject({ code, message: expect.any(String) });
    expect(idOf(refused)).toBe(idOf({ ...refused }));
  });
});
