import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { basename, dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { EventDoc } from '../../src/store/documents';
import { describeInChromium, launchChromium } from '../../src/testing/chromium';
import { openDoor, type Door } from '../../src/testing/door';
import { until } from '../../src/testing/system';
import { listen, openTestApi, type TestApi, type TestWorkspace } from '../../src/testing/test-api';

const bundles = join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist/umd');
/** Of its settings only the one for our own host; what others load from Segment is given with the page. */
const start = `
  <script src="/index.js"></script>
  <script>
    const { writeKey, apiHost, batching } = SETTINGS;
    const segment = { apiKey: writeKey, apiHost, protocol: 'http', ...(batching && { deliveryStrategy: { strategy: 'batching', config: { size: 10, timeout: 200 } } }) };
    window.ready = AnalyticsNext.AnalyticsBrowser.load(
      { writeKey, cdnURL: location.origin, cdnSettings: { integrations: { 'Segment.io': segment } } },
      { integrations: { 'Segment.io': segment } },
    );
  </script>`;

let api: TestApi;
let workspace: TestWorkspace;
let door: Door;
let site: { readonly server: Server; readonly url: string };
let batching: boolean;

const stored = (): Promise<EventDoc[]> => api.store.events.claim(workspace.ws, 0, 100, 1e9);
const arrived = (count: number): Promise<EventDoc[]> =>
  until(
    async () => {
      const events = await stored();
      return events.length >= count ? events : undefined;
    },
    `${count} events`,
    30_000,
  );

describeInChromium('@segment/analytics-next in Chromium, unmodified', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    api = await openTestApi();
    site = await listen((req, res) => {
      if (req.url === '/') {
        const settings = { writeKey: workspace.publicKey, apiHost: `${door.url.replace('http://', '')}/v1`, batching };
        res.setHeader('Content-Type', 'text/html');
        return res.end(`<title>Shop</title>${start.replace('SETTINGS', JSON.stringify(settings))}`);
      }
      const bundle = /^\/(?:analytics-next\/bundles\/)?([\w.-]+\.js)$/.exec(req.url ?? '')?.[1];
      if (bundle === undefined) return res.writeHead(404).end();
      res.setHeader('Content-Type', 'text/javascript');
      res.end(readFileSync(join(bundles, basename(bundle))));
    });
    browser = await launchChromium();
  });
  beforeEach(async () => {
    [workspace, door] = [await api.createWorkspace(), await openDoor(api.app)];
    page = await (await browser.newContext()).newPage();
  });
  afterEach(async () => {
    await page.context().close();
    await door.close();
  });
  afterAll(async () => {
    await browser.close();
    site.server.closeAllConnections();
    site.server.close();
    await api.close();
  });

  const open = async () => {
    await page.goto(`${site.url}/`);
    await page.evaluate('ready');
  };

  it.each([
    ['one by one', false, 'POST /v1/i 200'],
    ['in batches', true, 'POST /v1/b 200'],
  ])('delivers every kind of call, %s', async (_how, isBatching, answer) => {
    batching = isBatching;
    await open();
    await page.evaluate(`ready.page('Shop', 'Home'), ready.identify('u1', { email: 'Ann@example.com' }),
      ready.track('Order Completed', { revenue: 10 }), ready.group('g1', { plan: 'pro' }), ready.screen('Start'), ready.alias('u1')`);
    const events = await arrived(6);
    expect(events.map(({ kind }) => kind).sort()).toEqual(['alias', 'group', 'identify', 'page', 'screen', 'track']);
    // What is stored may be seen before it is answered.
    await until(async () => door.answers.includes(answer) || undefined, answer);
    const order = events.find(({ kind }) => kind === 'track');
    expect(order).toMatchObject({
      properties: { revenue: 10 },
      isTrusted: false,
      context: { page: { title: 'Shop', url: `${site.url}/` }, library: { name: 'analytics.js' } },
    });
    expect(order?.identifiers.map(({ type }) => type).sort()).toEqual(['anonymous_id', 'user_id']);
    await api.catchUp(workspace.ws);
    expect(await api.store.profiles.count(workspace.ws)).toBe(1);
  });

  it('tries again when the server is busy, and it counts once', async () => {
    batching = false;
    await open();
    door.troubles.push({ status: 429, retryAfter: 1 }, { status: 503, retryAfter: 1 });
    const began = Date.now();
    await page.evaluate(`ready.track('Persistent', {}, { anonymousId: 'a1' })`);
    const events = await arrived(1);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(events).toHaveLength(1);
    expect(door.answers.filter((answer) => answer.startsWith('POST'))).toEqual(
      ['429', '503', '200'].map((status) => `POST /v1/t ${status}`),
    );
  });
});
