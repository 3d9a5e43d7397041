import { workspaceId } from '../../domain/ids';
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

const puller = createHttpPuller(createNetwork(['127.0.0.1:*']), { maxColumns: 1_000, maxPageBytes: 8_192 });
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
    const run = {
      ws: workspaceId('ws_1'),
      now: Date.now(),
      signal: new AbortController().signal,
      pageRows: 2,
      cursor,
      overlapMs,
    };
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
    [
      'JSON that is larger than the source may have',
      'next',
      { maxPageBytes: 1_024 },
      2_000,
      /1024 bytes; ask for smaller pages/,
    ],
    [
      'JSON that is larger than a worker reads',
      'next',
      {},
      9_000,
      /8192 bytes; .*raise "maxPageBytes".*HEDDLE_PULL_MAX_PAGE_BYTES/,
    ],
    [
      'a file that is larger than it may be',
      'csv',
      { format: 'csv', maxFileBytes: 1_024 },
      2_000,
      /1024 bytes; .*raise "maxFileBytes"/,
    ],
  ])('is refused with %s, and says what to do', async (_what, path, more, bytes, message) => {
    twin.rows.push({ id: 'x'.repeat(bytes), updated_at: '2026-05-01T09:00:00Z' });
    const refusal = { name: 'SourceRefused', code: 'too-large', message: expect.stringMatching(message) };
    await expect(all(pull(path, { ...(path === 'next' && ways[0][1]), ...more }))).rejects.toMatchObject(refusal);
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

  it('that never ends is refused also when it gives its turn back after each page, and may go on when it is let', async () => {
    const endless = { ...ways[0][1], maxPages: 2 };
    let cursor: PullCursor | undefined;
    const turn = async (): Promise<void> => {
      const begun = JSON.stringify(cursor);
      for await (const page of pull('next', endless, cursor)) {
        if (JSON.stringify(cursor) !== begun) return;
        cursor = page.cursor;
      }
    };
    const turns = async (): Promise<void> => {
      for (let left = 10; left > 0; left -= 1) await turn();
    };
    await expect(turns()).rejects.toMatchObject({ code: 'too-many-pages' });
    expect(idsOf(await all(pull('next', endless, cursor)))).toEqual(['u6']);
  });

  describe.each([
    ['one link', (next: string) => `<${next}>; rel="next"`],
    ['a relation without quotes', (next: string) => `<${next}>; rel=next`],
    ['other words about it', (next: string) => `<${next}>; title="rows"; rel="next"; type="application/json"`],
    [
      'other links around it',
      (next: string) => `<${twin.url}/?a=1>; rel="prev", <${next}>; rel="next", </x>; rel="last"`,
    ],
    ['an address with commas', (next: string) => `<${twin.url}/?ids=1,2>; rel="first", <${next}>; rel="next"`],
    ['several fields, as they are joined', (next: string) => `<${twin.url}/>; rel="self", , <${next}>; rel="next"`],
    ['signs of links in its title', (next: string) => `<${next}>; title="<Next> \\"1\\" <2"; rel="next"`],
    ['a relative address', () => '</link?page=2,3>; rel="next"'],
  ])('a Link header of %s', (_what, write) => {
    it('leads to the next page', async () => {
      const next = `${twin.url}/link?page=2,3`;
      twin.failNext(1, { status: 200, headers: { link: write(next) }, body: [{ id: 'first' }] });
      expect(idsOf(await all(pull('link', ways[5][1])))).toEqual(['first', 'u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6']);
      expect(twin.exchanges.at(-3)).toMatchObject({ path: '/link' });
      expect(twin.exchanges.at(-3)?.query.get('page')).toBe('2,3');
    });
  });

  it.each([
    ['no relation', '</link>'],
    ['another relation', '</link>; rel="prev"'],
    ['a relation that is longer', '</link>; rel="nextly"'],
    ['the relation of another link', '</link>, </x>; rel="prev"'],
    ['a title that says so', '</link>; title="; rel=next"; rel="prev"'],
    ['a title that looks like a link', '</x>; rel="prev"; title=", </link>; rel=next"'],
    ['a parameter named otherwise', '</link>; xrel="next"'],
    ['an address that does not end', '</link; rel="next"'],
    ['nothing', ''],
    ['much of nothing', `${'<'.repeat(20_000)}; rel="next"`.slice(0, 8_000)],
  ])('is at its end with a Link header of %s', async (_what, link) => {
    twin.failNext(1, { status: 200, headers: { link }, body: [{ id: 'only' }] });
    expect(idsOf(await all(pull('link', ways[5][1])))).toEqual(['only']);
  });

  it('is not led to another host by a Link header', async () => {
    twin.failNext(1, { status: 200, headers: { link: '<https://evil.example/link>; rel="next"' }, body: [] });
    await expect(all(pull('link', ways[5][1]))).rejects.toMatchObject({ code: 'next-elsewhere' });
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

  it.each(['Authorization', 'Cookie', 'X-Api-Key'])('takes %s for the header of the secret', (name) => {
    const settings = settingsOf('', { auth: { by: 'header', name } });
    expect(toRequest('https://shop.example/', settings, { token }).headers).toMatchObject({ [name]: token });
  });

  it.each([
    ['is a secret’s', { headers: { Authorization: token } }],
    ['is a secret’s', { headers: { cookie: token } }],
    ['says where it goes', { headers: { Host: 'inside.example' } }],
    ['says where it goes', { auth: { by: 'header', name: 'Host' } }],
    ['says how long it is', { auth: { by: 'header', name: 'content-length' } }],
    ['says how it is sent', { auth: { by: 'header', name: 'Transfer-Encoding' } }],
    ['has no name', { auth: { by: 'header', name: '' } }],
    ['has a name of two', { auth: { by: 'header', name: 'X Api Key' } }],
    ['has a second line', { headers: { 'X-Shop': 'a\r\nHost: inside.example' } }],
  ])('sends no header that %s: %j', (_what, more) => {
    expect(() => settingsOf('', more)).toThrow();
  });

  it.each([
    ['credentials in the address', { url: 'https://a:b@example.com' }],
    ['credentials among the headers', { headers: { Authorization: 'x' } }],
    ['no mapping', { mapping: undefined }],
  ])('is not saved with %s', (_what, more) => {
    expect(() => pull('next', more)).toThrow();
  });
});
