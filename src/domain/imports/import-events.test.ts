import { day, noon } from '../../testing/builders';
import { RowMapping } from '../rows/row-mapping.schema';
import type { RowsAs } from './choose-mapping';
import { importRowReader, importSource, isNumberedRow, isOfImport, type ReadImportRow } from './import-events';

const id = 'op_1';
const columns = ['id', 'plan', 'at'];
const mapping = RowMapping.parse({
  columns: { id: { to: 'identifier', type: 'user_id' }, plan: { to: 'trait' }, at: { to: 'occurredAt' } },
});
const statedAt = noon - day;
const readerOf = (rows: RowsAs, format: 'csv' | 'ndjson') =>
  importRowReader({
    ...{ id, rows, statedAt, receivedAt: noon, limits: { maxBytes: 1_000, maxDepth: 8 } },
    shape: { format, delimiter: ',', columns },
  });
const recordOf = (text: string) => ({ bytes: new TextEncoder().encode(text) });
/** With what is shown of it in the place of how to show it. */
const shown = (read: ReturnType<ReadImportRow>) => ('show' in read ? { ...read, show: read.show() } : read);
const readCsv = (text: string, row = 1) => shown(readerOf(mapping, 'csv')(recordOf(text), row));
const readLine = (line: object, row = 1) => shown(readerOf('events', 'ndjson')(recordOf(JSON.stringify(line)), row));

describe('a row of an import', () => {
  it('is a trusted event of that import, received when it is read', () => {
    expect(readCsv('u1,gold,')).toMatchObject({
      row: 1,
      event: {
        ...{ kind: 'identify', source: 'import:op_1', isTrusted: true, receivedAt: noon },
        traits: { plan: 'gold' },
      },
    });
  });

  it('without a time speaks of when the file was handed in', () => {
    const read = readCsv('u1,gold,');
    expect(read).toMatchObject({
      event: { occurredAt: statedAt },
      show: { timestamp: new Date(statedAt).toISOString() },
    });
  });

  it('with a time speaks of that, and when it was once sent says nothing', () => {
    const [timestamp, sentAt] = ['2020-01-01T00:00:00.000Z', '2021-01-01T00:00:00.000Z'];
    const read = readLine({ type: 'track', userId: 'u1', event: 'Bought', timestamp, sentAt });
    expect(read).toMatchObject({ event: { occurredAt: Date.parse(timestamp) }, show: { timestamp } });
    expect(JSON.stringify(read)).not.toContain('2021');
  });

  it('becomes the same event each time, and another one at another place', () => {
    expect(readCsv('u1,gold,', 7)).toEqual(readCsv('u1,gold,', 7));
    const idOf = (row: number) =>
      ((read) => ('event' in read ? read.event.messageId : undefined))(readCsv('u1,gold,', row));
    expect([idOf(7), idOf(8)]).toEqual(['op_1-7', 'op_1-8']);
  });

  it.each<[string, () => unknown, object]>([
    [
      'has another number of fields than the header',
      () => readCsv('u1,gold', 3),
      { row: 3, code: 'wrong_field_count' },
    ],
    ['names nobody', () => readCsv(',gold,'), { row: 1, code: 'no_identifier' }],
    ['is no event', () => readLine({ type: 'track', userId: 'u1' }), { row: 1, column: '' }],
    [
      'is more than one event may be',
      () => readLine({ type: 'identify', userId: 'u1', traits: { a: 'x'.repeat(2_000) } }),
      { code: 'too_large' },
    ],
  ])('is refused when it %s', (_, reading, refused) => {
    expect(reading()).toMatchObject({ refused });
  });
});

describe('the source of an import', () => {
  it.each<[string, string, string, number, boolean]>([
    ['a row that brought no id', importSource('op_1'), 'op_1-3', 3, true],
    ['a row with an id of its own', importSource('op_1'), 'order-3', 3, false],
    ['the same id at another row', importSource('op_1'), 'op_1-3', 4, false],
    ['the same id in another import', importSource('op_2'), 'op_1-3', 3, false],
    ['the same id of another source', 'op_1', 'op_1-3', 3, false],
  ])('tells %s', (_, source, messageId, n, isNumbered) => {
    expect(isNumberedRow({ source, messageId, n })).toBe(isNumbered);
  });

  it('is told from sources that send by themselves', () => {
    expect([importSource('op_1'), 'import', 'website'].map(isOfImport)).toEqual([true, false, false]);
  });
});
