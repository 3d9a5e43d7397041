import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import request from 'supertest';
import { packScript } from '../../src/api/browser-script/browser-script';
import type { EventDoc } from '../../src/store/documents';
import { buildBrowserScript } from '../../src/testing/browser-script';
import { describeInChromium, launchChromium } from '../../src/testing/chromium';
import { openDoor, type Door } from '../../src/testing/door';
import { until } from '../../src/testing/system';
import { listen, useTestApi, useWorkspace } from '../../src/testing/test-api';

const guide = readFileSync(join(__dirname, '../../docs/guides/sending-events.md'), 'utf8');
/** As the guide has it: what people copy is what is tested. */
const snippet = /^```html\n([\s\S]*?)^```$/m.exec(guide)?.[1] ?? '';

let door: Door;
let site: { readonly server: Server; readonly url: string };
/** The options that the page passes to `load`, beside the address. */
let options: object;
const packed = packScript(buildBrowserScript());

const api = useTestApi({ browserScript: packed });
const workspace = useWorkspace(api, beforeEach);
beforeAll(async () => {
  site = await listen((req, res) => {
    const isPage = req.url?.startsWith('/page') === true;
    res.writeHead(isPage ? 200 : 404, { 'Content-Type': 'text/html' });
    res.end(isPage ? `<title>Shop</title>${ofPage()}` : '');
  });
});
beforeEach(async () => {
  [door, options] = [await openDoor(api.app), {}];
});
afterEach(() => door.close());
afterAll(() => {
  site.server.closeAllConnections();
  site.server.close();
});

function ofPage(): string {
  const load = JSON.stringify({ url: door.url, ...options });
  return snippet
    .replace("'WRITE_KEY'", JSON.stringify(workspace.publicKey))
    .replace("{ url: 'https://events.shop.example' }", load)
    .replaceAll('https://events.shop.example', door.url);
}

const stored = (): Promise<EventDoc[]> => api.store.events.claim(workspace.ws, 0, 100, 1e9);
/** Waits until there are this many, and answers them by name. */
const arrived = (count: number): Promise<EventDoc[]> =>
  until(
    async () => {
      const events = await stored();
      return events.length >= count ? events : undefined;
    },
    `${count} events`,
    20_000,
  );
const named = (events: readonly EventDoc[], name: string): EventDoc | undefined =>
  events.find((event) => event.name === name);
const idOf = (event: EventDoc | undefined, type: string): string | undefined =>
  event?.identifiers.find((identifier) => identifier.type === type)?.value;

describe('GET /heddle.js', () => {
  it('answers the script, small, and nothing to whoever has it', async () => {
    const { headers, text } = await request(api.app).get('/heddle.js').expect(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'gzip',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    });
    expect(text).toBe(packed.plain.toString());
    const tag = headers['etag'] ?? '';
    await request(api.app).get('/heddle.js').set('If-None-Match', tag).expect(304, '');
    const plain = await request(api.app).get('/heddle.js').set('Accept-Encoding', 'identity').expect(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['etag']).not.toBe(tag);
  });
});

describeInChromium('the script on a page in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const open = (path = '/page') => page.goto(`${site.url}${path}`);
  const call = (script: string) => page.evaluate(script);
  const keptHere = () => page.evaluate<string>('Object.keys(localStorage).sort().join() + document.cookie');
  const nothingWaits = () =>
    until(
      async () => ((await keptHere()).includes('heddle.out') ? undefined : true),
      'the browser to have sent everything',
      20_000,
    );

  beforeAll(async () => {
    browser = await launchChromium();
  });
  beforeEach(async () => {
    context = await browser.newContext({ locale: 'de-DE', timezoneId: 'Europe/Berlin' });
    page = await context.newPage();
  });
  afterEach(() => context.close());
  afterAll(() => browser.close());

  it('sends every kind of call, also those made before it was there, with what the page knows', async () => {
    await open('/page?utm_source=news&utm_campaign=spring');
    await call(`heddle.identify('u1', { plan: 'pro' }); heddle.track('Cart Started', { cart_id: 'c1' });
      heddle.group('g1'); heddle.alias('u1'); heddle.reset(); heddle.track('After')`);
    const events = await arrived(6);
    expect(events.map(({ name }) => name).sort()).toEqual([
      'After',
      'Cart Started',
      'alias',
      'group',
      'identify',
      'page',
    ]);
    const [first, cart, after] = [named(events, 'page'), named(events, 'Cart Started'), named(events, 'After')];
    expect(first).toMatchObject({
      properties: { path: '/page', title: 'Shop' },
      context: {
        page: {
          url: `${site.url}/page?utm_source=news&utm_campaign=spring`,
          search: '?utm_source=news&utm_campaign=spring',
        },
        campaign: { source: 'news', name: 'spring' },
        locale: 'de-DE',
        timezone: 'Europe/Berlin',
        userAgent: expect.stringContaining('Chrome'),
        library: { name: 'heddle.js' },
      },
    });
    expect(idOf(cart, 'user_id')).toBe('u1');
    expect(idOf(cart, 'anonymous_id')).toBe(idOf(first, 'anonymous_id'));
    expect(idOf(after, 'user_id')).toBeUndefined();
    expect(idOf(after, 'anonymous_id')).not.toBe(idOf(first, 'anonymous_id'));
    await nothingWaits();
  });

  it('knows the person and the browser again on the next page', async () => {
    await open();
    await call(`heddle.identify('u1')`);
    await arrived(2);
    await open('/page?2');
    const pages = (await arrived(3)).filter(({ name }) => name === 'page');
    expect(new Set(pages.map((event) => idOf(event, 'anonymous_id'))).size).toBe(1);
    expect(pages.map((event) => idOf(event, 'user_id')).sort()).toEqual(['u1', undefined]);
  });

  it('sends again what the server was too busy for, after the time it asked for, and it counts once', async () => {
    await open();
    await arrived(1);
    door.troubles.push({ status: 429, retryAfter: 1 }, { status: 503 }, 'cut');
    const began = Date.now();
    await call(`heddle.track('Persistent')`);
    const events = await arrived(2);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    await nothingWaits();
    expect(door.answers.filter((answer) => answer.startsWith('POST')).map((answer) => answer.slice(-3))).toEqual([
      '200',
      '429',
      '503',
      'cut',
      '200',
    ]);
    expect(events.filter(({ name }) => name === 'Persistent')).toHaveLength(1);
  });

  it('keeps what could not be sent for the next page, where it counts once', async () => {
    await open();
    await arrived(1);
    door.isShut = true;
    await call(`heddle.track('Patient', { n: 1 })`);
    await until(async () => (door.answers.some((answer) => answer.endsWith('cut')) ? true : undefined), 'a try');
    expect(await keptHere()).toContain('heddle.out');
    await page.goto('about:blank');
    door.isShut = false;
    await open('/page?2');
    const events = await arrived(3);
    expect(events.filter(({ name }) => name === 'Patient')).toHaveLength(1);
    await nothingWaits();
  });

  it('does not send again what the server refuses for good', async () => {
    door.troubles.push({ status: 401 });
    await open();
    await until(async () => (door.answers.some((answer) => answer.endsWith('401')) ? true : undefined), 'a refusal');
    await nothingWaits();
    expect(await stored()).toEqual([]);
  });

  it('sends what happens on leaving by a beacon', async () => {
    await open();
    await arrived(1);
    await call(`heddle.track('Left'); location.href = 'about:blank'`);
    const events = await arrived(2);
    expect(named(events, 'Left')).toBeDefined();
    await until(async () => (door.answers.includes('POST /v1/beacon 200') ? true : undefined), 'the beacon');
  });

  it('sends with the next page what is too much for a page that is left', async () => {
    await open();
    await arrived(1);
    await call(
      `for (let n = 0; n < 60; n += 1) heddle.track('Bulky', { n, text: 'x'.repeat(3000) }); location.href = 'about:blank'`,
    );
    await page.waitForURL('about:blank');
    await open('/page?2');
    const events = await arrived(62);
    expect(new Set(events.map(({ properties }) => properties['n']).filter((n) => n !== undefined)).size).toBe(60);
    expect(events).toHaveLength(62);
    await nothingWaits();
  });

  describe('where the visitor is asked first', () => {
    beforeEach(() => {
      options = { consent: 'ask' };
    });

    it('sends and keeps nothing until the answer, then everything with the choice', async () => {
      await open();
      await call(`heddle.identify('u1'); heddle.track('Before')`);
      expect(await keptHere()).toBe('');
      expect(door.answers).toEqual(['GET /heddle.js 200']);
      await call(`heddle.consent({ analytics: true, ads: false })`);
      const events = await arrived(3);
      for (const { context: said } of events)
        expect(said).toMatchObject({ consent: { categoryPreferences: { analytics: true, ads: false } } });
      expect(idOf(named(events, 'Before'), 'user_id')).toBe('u1');
    });

    it('lets nothing leave when the visitor declines, also afterwards', async () => {
      await open();
      await call(`heddle.identify('u1'); heddle.consent('denied'); heddle.track('After'); heddle.page()`);
      await page.goto('about:blank');
      await open('/page?2');
      expect(await keptHere()).toBe('');
      expect(door.answers.filter((answer) => !answer.startsWith('GET /heddle.js'))).toEqual([]);
      expect(await stored()).toEqual([]);
    });

    it('says that a choice was taken back, then removes what it kept and says no more', async () => {
      await open();
      await call(`heddle.consent({ ads: true })`);
      await arrived(1);
      await nothingWaits();
      await call(`heddle.consent({ ads: false }); heddle.track('After')`);
      const events = await arrived(2);
      expect(named(events, 'identify')?.context).toMatchObject({ consent: { categoryPreferences: { ads: false } } });
      expect(await keptHere()).toBe('');
      await page.goto('about:blank');
      expect(await stored()).toHaveLength(2);
    });
  });

  describe('with an id that the server keeps', () => {
    const serverIds = (origins: readonly string[]) =>
      request(api.app)
        .put('/v1/sources/website')
        .auth(workspace.apiKey, { type: 'bearer' })
        .send({ name: 'Shop', settings: { origins } })
        .expect(200);
    beforeEach(() => {
      options = { serverId: true };
    });

    it('has the same id again when the site was told to forget everything', async () => {
      await serverIds([site.url]);
      await open();
      const [first] = await arrived(1);
      await call('localStorage.clear()');
      await open('/page?2');
      const pages = await arrived(2);
      expect(new Set(pages.map((event) => idOf(event, 'anonymous_id')))).toEqual(
        new Set([idOf(first, 'anonymous_id')]),
      );
      const [cookie] = await context.cookies(door.url);
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', value: idOf(first, 'anonymous_id') });
    });

    it('makes an id of its own where the server does not know the page', async () => {
      await serverIds([]);
      await open();
      const [event] = await arrived(1);
      expect(idOf(event, 'anonymous_id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await context.cookies(door.url)).toEqual([]);
    });
  });
});
