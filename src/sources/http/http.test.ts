import { startRowsTwin, type RowsTwin } from '../../twins/rows-twin';
import { createNetwork } from '../network';
import type { PulledPage, PullCursor } from '../source';
import { createHttpPuller } from './puller';
import { toRequest } from './request';
import { HttpSettings } from './settings.schema';

const token = 'token-of-the-tests';

/** Settings, and where the twin is asked. */
interface Path {
  readonly url?: string;
  readonly [setting: string]: unknown;
}

const puller = createHttpPuller(createNetwork(['127.0.0.1:*']), 1_000);
const size = { parameter: 'size', rows: 3 };
const ways = [
  ['next', { rows: 'data', paging: { by: 'next', path: 'links.next' } }],
  ['cursor', { rows: 'data', paging: { by: 'cursor', path: 'meta.next', parameter: 'start' } }],
  ['page', { rows: 'data', paging: { by: 'page', parameter: 'page' } }],
  ['page', { rows: 'data', paging: { by: 'page', parameter: 'page', size } }],
  ['offset', { rows: 'data', paging: { by: 'offset', parameter: 'start', size } }],
  ['link', { paging: { by: 'link' } }],
  ['csv', { format: 'csv' }],
] as const;

describe('an HTTP source', () => {
  let twin: RowsTwin;
  beforeAll(async () => {
    twin = await startRowsTwin({ token });
  });
  afterAll(() => twin.close());
  beforeEach(() => {
    const minute = (at: number): string => `2026-05-01T09:0${at}:00Z`;
    twin.rows.splice(0, 9, ...Array.from({ length: 7 }, (_, at) => ({ id: `u${at}`, updated_at: minute(at) })));
  });

  const settingsOf = (path: string, more: object) =>
    HttpSettings.parse({
      schedule: '1h',
      mapping: { columns: { id: { to: 'identifier', type: 'user_id' } } },
      url: `${twin.url}/${path}`,
      auth: { by: 'bearer' },
      query: { updated_since: '{{cursor}}' },
      cursor: { field: 'updated_at' },
      ...more,
    });
  const pull = (path: string, more: object, cursor?: PullCursor, overlapMs = 0) => {
    const settings = settingsOf(path, more);
    const run = { now: Date.now(), signal: new AbortController().signal, pageRows: 2, cursor, overlapMs };
    return puller.pull({ settings, secrets: { token }, ...run });
  };
  const all = async (pages: AsyncIterable<PulledPage>): Promise<PulledPage[]> => {
    const read: PulledPage[] = [];
    for await (const page of pages) read.push(page);
    return read;
  };
  const idsOf = (pages: readonly PulledPage[]) => pages.flatMap(({ rows }) => rows.map(({ row }) => row['id']));

  it.each([
    ['pages', 'next', { rows: 'data', paging: { by: 'next', path: 'links.next' } }],
    ['a file', 'csv', { format: 'csv' }],
  ])('of %s is read on from what has happened, whatever is dated in the future', async (_what, path, more) => {
    twin.rows.push({ id: 'typo', updated_at: '2062-05-01T09:00:00Z' });
    const first = await all(pull(path, more));
    expect(idsOf(first)).toContain('typo');
    expect(first.at(-1)?.cursor).toEqual({ since: Date.parse('2026-05-01T09:06:00Z') });
    twin.rows.push({ id: 'changed', updated_at: '2026-05-01T09:07:00Z' });
    expect(idsOf(await all(pull(path, more, first.at(-1)?.cursor)))).toContain('changed');
    twin.rows.splice(7);
    // One that is there from before.
    const stuck = { since: Date.parse('2062-05-01T09:00:00Z') };
    const [page] = await all(pull(path, more, stuck));
    expect(page?.cursor).toMatchObject({ since: expect.any(Number) });
    expect((page?.cursor as typeof stuck).since).toBeLessThanOrEqual(Date.now());
  });

  it.each(ways)('is read to its end by %s, and then from the last change on', async (path, more) => {
    const pages = await all(pull(path, more));
    expect(idsOf(pages)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
    const cursor = pages.at(-1)?.cursor;
    expect(cursor).toEqual({ since: Date.parse('2026-05-01T09:06:00Z') });
    expect(idsOf(await all(pull(path, more, cursor)))).toEqual(['u6']);
    expect(idsOf(await all(pull(path, more, cursor, 120_000)))).toEqual(['u4', 'u5', 'u6']);
  });

  it.each(ways)('goes on after any page of it (%s), and misses no row', async (path, more) => {
    const since = { since: Date.parse('2026-05-01T09:02:00Z') };
    const pages = await all(pull(path, more, since, 60_000));
    expect(idsOf(pages)).toEqual(['u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
    for (const [at, { cursor }] of pages.slice(0, -1).entries()) {
      const rest = idsOf(await all(pull(path, more, cursor)));
      expect(new Set([...idsOf(pages.slice(0, at + 1)), ...rest])).toEqual(new Set(idsOf(pages)));
    }
  });

  it('without a cursor is read as a whole each time, under the name of the reading', async () => {
    const pages = await all(pull('next', { ...ways[0][1], cursor: undefined }));
    expect(pages.at(-1)).toMatchObject({ cursor: {}, reading: expect.any(String) });
    expect(new Set(pages.map(({ reading }) => reading)).size).toBe(1);
  });

  it.each([
    ['no list where it should be', { rows: 'links' }, 'no-rows'],
    ['more pages than it may', { maxPages: 2 }, 'too-many-pages'],
    [
      'a page that leads to itself',
      { url: 'cursor', paging: { by: 'cursor', path: 'meta.next', parameter: 'x' } },
      'same-page',
    ],
    ['a token that is missing', { auth: { by: 'basic' } }, 'secrets'],
  ])('is refused with %s', async (_what, { url = 'next', ...more }: Path, code) => {
    await expect(all(pull(url, { ...ways[0][1], ...more }))).rejects.toMatchObject({ name: 'SourceRefused', code });
  });

  it.each([
    [{ by: 'none' }, {}],
    [{ by: 'basic' }, { authorization: `Basic ${Buffer.from('ann:pass').toString('base64')}` }],
    [{ by: 'bearer' }, { authorization: `Bearer ${token}` }],
    [{ by: 'header', name: 'X-Api-Key' }, { 'X-Api-Key': token }],
  ])('says who asks: %j', (auth, headers) => {
    const secrets = { user: 'ann', password: 'pass', token };
    const request = toRequest('https://shop.example/', settingsOf('', { auth }), secrets);
    expect(request.headers).toEqual({ accept: 'application/json', ...headers });
  });

  it.each([
    ['credentials in the address', { url: 'https://a:b@example.com' }],
    ['credentials among the headers', { headers: { Authorization: 'x' } }],
    ['no mapping', { mapping: undefined }],
  ])('is not saved with %s', (_what, more) => {
    expect(() => pull('next', more)).toThrow();
  });
});
