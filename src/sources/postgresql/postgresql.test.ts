import { toPullError } from './failures';
import { PostgresqlSettings } from './settings.schema';
import { after, from, page } from './statements';
import { toJson } from './values';

const settings = (more: object) =>
  PostgresqlSettings.parse({
    schedule: '1h',
    mapping: { columns: { id: { to: 'identifier', type: 'user_id' } } },
    ...{
      host: 'db.example',
      database: 'shop',
      user: 'reader',
      table: 'shop.customers',
      key: 'id',
      cursor: 'updated_at',
    },
    ...more,
  });
const types = { key: 'text', cursor: 'timestamp with time zone' };

describe('a page', () => {
  it.each([
    [
      'the first one, in the order of the cursor',
      page(settings({}), undefined, 2),
      'SELECT * FROM "shop"."customers" AS pulled WHERE "updated_at" IS NOT NULL ORDER BY "updated_at", "id" LIMIT 2',
    ],
    [
      'the one after a row',
      page(settings({}), after(settings({}), types, { at: 'a', key: 'k' }), 2),
      'SELECT * FROM "shop"."customers" AS pulled WHERE "updated_at" IS NOT NULL AND ("updated_at", "id") > ($1::timestamp with time zone, $2::text) ORDER BY "updated_at", "id" LIMIT 2',
    ],
    [
      'the first one of a run, from the overlap on',
      page(settings({}), from('updated_at', types.cursor, 'a', 300), 2),
      'SELECT * FROM "shop"."customers" AS pulled WHERE "updated_at" IS NOT NULL AND "updated_at" >= $1::timestamp with time zone - make_interval(secs => $2::int) ORDER BY "updated_at", "id" LIMIT 2',
    ],
    [
      'one of a query, without a cursor and with quotes in names',
      page(settings({ table: undefined, query: 'SELECT 1 -- all;', cursor: undefined, key: 'a"b' }), undefined, 2),
      'SELECT * FROM (SELECT 1 -- all\n) AS pulled ORDER BY "a""b" LIMIT 2',
    ],
  ])('is %s', (_what, text, expected) => {
    expect(text).toBe(expected);
  });

  it('is of a table or of a query, one of both', () => {
    expect(() => settings({ query: 'SELECT 1' })).toThrow('one of both');
    expect(() => settings({ table: undefined })).toThrow('one of both');
  });
});

describe('a value', () => {
  it.each([
    ['bool', 't', 16, true],
    ['int4', '-7', 23, -7],
    ['float8 that is no number', 'NaN', 701, 'NaN'],
    ['int8, which a double would round', '9007199254740993', 20, '9007199254740993'],
    ['numeric', '10.50', 1_700, '10.50'],
    ['timestamptz, with all its digits', '2026-05-01 09:00:00.123456+00', 1_184, '2026-05-01T09:00:00.123456Z'],
    ['timestamp, taken as UTC', '2026-05-01 09:00:00', 1_114, '2026-05-01T09:00:00Z'],
    ['timestamp without end', 'infinity', 1_114, 'infinity'],
    ['date', '2026-05-01', 1_082, '2026-05-01'],
    ['jsonb', '{"a": [1]}', 3_802, { a: [1] }],
    ['null', null, 23, null],
  ])('of type %s becomes JSON', (_type, text, type, json) => {
    expect(toJson(text, type)).toEqual(json);
  });
});

describe('an error of the driver', () => {
  const error = (code: string) => Object.assign(new Error('quotes "ann@example.com"'), { code });

  it.each([
    ['28P01', 'SourceRefused', 'sql-28P01'],
    ['42P01', 'SourceRefused', 'sql-42P01'],
    ['22P02', 'SourceRefused', 'sql-22P02'],
    ['57014', 'SourceBusy', 'sql-57014'],
    ['53300', 'SourceBusy', 'sql-53300'],
    ['ECONNREFUSED', 'SourceBusy', 'ECONNREFUSED'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SourceRefused', 'tls'],
  ])('%s is %s, and says nothing of what the server quotes', (code, name, told) => {
    const problem = toPullError(error(code)) as Error & { code: string };
    expect([problem.name, problem.code]).toEqual([name, told]);
    expect(problem.message).not.toContain('ann@');
  });
});
