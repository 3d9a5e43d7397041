import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import request from 'supertest';
import { packScript } from '../../src/api/browser-script/browser-script';
import { buildBrowserScript } from '../../src/testing/browser-script';
import { describeInChromium, launchChromium } from '../../src/testing/chromium';
import { openDoor, type Door } from '../../src/testing/door';
import { until } from '../../src/testing/system';
import { listen, sendBatch, useTestApi, useWorkspace } from '../../src/testing/test-api';

/** As the guides have them, one after the other: what people copy is what is tested. */
const firstHtml = (guide: string): string =>
  /^```html\n([\s\S]*?)^```$/m.exec(readFileSync(join(__dirname, '../../docs/guides', guide), 'utf8'))?.[1] ?? '';
const snippets = firstHtml('sending-events.md') + firstHtml('owned-surfaces.md');
const visitor = '0f8fad5b-d9cb-469f-a165-70867728950e';

let door: Door;
let site: { readonly server: Server; readonly url: string };
/** The options that the page passes to `load`, beside the address. */
let options: object;

const api = useTestApi({ browserScript: packScript(buildBrowserScript()) });
const workspace = useWorkspace(api);
beforeAll(async () => {
  site = await listen((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/html' });
    res.end(`<!doctype html><head>${ofPage()}</head><body>
      <p id="vip" data-heddle-audience="vip" style="display: flex">vip</p>
      <p id="others" data-heddle-not-audience="vip">others</p>
      <p id="either" data-heddle-audience="risk vip">either</p>`);
  });
  const rule = { trait: 'tier', is: 'equals', value: 'gold' };
  for (const [key, isPublic] of [
    ['vip', true],
    ['risk', false],
  ] as const)
    await request(api.app)
      .put(`/v1/audiences/${key}`)
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ name: key, rule, public: isPublic })
      .expect(200);
  const gold = { type: 'identify', userId: 'u1', anonymousId: visitor, traits: { tier: 'gold' } };
  await sendBatch(api.app, workspace.secretKey, [gold]).expect(200);
  await api.catchUp(workspace.ws);
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
  return snippets
    .replace("'WRITE_KEY'", JSON.stringify(workspace.publicKey))
    .replace("{ url: 'https://events.shop.example' }", JSON.stringify({ url: door.url, ...options }))
    .replaceAll('https://events.shop.example', door.url);
}

describeInChromium('a page that asks about its visitor, in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const open = () => page.goto(site.url);
  const asks = () => door.answers.filter((answer) => answer.startsWith('GET /v1/decide'));
  const decided = (asking = '') => page.evaluate<object>(`heddle.decide(${asking})`);
  /** Ids of the elements that can be seen, and how one of them is laid out. */
  const seen = () =>
    page.evaluate<string>(
      `[...document.querySelectorAll('p')].filter((p) => p.offsetParent).map((p) => p.id + ' ' + getComputedStyle(p).display).join()`,
    );
  const untilSeen = (what: string) =>
    until(async () => ((await seen()) === what ? true : undefined), `"${what}" to be seen`, 10_000);
  const [toMembers, toOthers] = ['vip flex,either block', 'others block'];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(() => context.close());
  afterAll(() => browser.close());
  const isMember = () => context.addInitScript(`if (!localStorage.heddle_id) localStorage.heddle_id = '${visitor}'`);

  it('sees what is for members, asks once, and not again on the next page', async () => {
    await isMember();
    await open();
    expect(await decided()).toEqual({ audiences: ['vip'] });
    await untilSeen(toMembers);
    await open();
    expect(await decided()).toEqual({ audiences: ['vip'] });
    await untilSeen(toMembers);
    expect(asks()).toEqual(['GET /v1/decide 200']);
    expect(await decided('{ fresh: true }')).toEqual({ audiences: ['vip'] });
    expect(asks()).toHaveLength(2);
  });

  it('sees what is for the others as somebody of whom nothing is known, and after a log-out', async () => {
    await open();
    expect(await decided()).toEqual({ audiences: [] });
    await untilSeen(toOthers);
    await context.clearCookies();
    await page.evaluate(`localStorage.clear(); sessionStorage.clear(); localStorage.heddle_id = '${visitor}'`);
    await open();
    await untilSeen(toMembers);
    await page.evaluate('heddle.reset()');
    await untilSeen(toOthers);
    expect(await decided()).toEqual({ audiences: [] });
  });

  it('shows elements that a script adds later by the same rule', async () => {
    await isMember();
    await open();
    await untilSeen(toMembers);
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend',
      '<p id="late" data-heddle-audience="vip">x</p><p id="not" data-heddle-not-audience="other vip">x</p>')`);
    expect(await seen()).toBe(`${toMembers},late block`);
  });

  it('hides both kinds until there is an answer, and shows what is for everybody when there is none within a second', async () => {
    await isMember();
    const gate: (() => void)[] = [];
    await page.route('**/v1/decide?*', async (route) => {
      await new Promise<void>((go) => gate.push(go));
      await route.continue();
    });
    await open();
    const began = Date.now();
    expect(await seen()).toBe('');
    expect(await decided()).toEqual({ audiences: [] });
    expect(Date.now() - began).toBeLessThan(5_000);
    await untilSeen(toOthers);
    for (const go of gate) go();
    await until(async () => (asks().length > 0 ? true : undefined), 'the late answer');
    // Kept for the next page; on this one nothing jumps.
    expect(await decided()).toEqual({ audiences: ['vip'] });
  });

  it('does so, too, when the script never comes, or the server refuses', async () => {
    await page.route('**/heddle.js', (route) => route.abort());
    await open();
    expect(await decided()).toEqual({ audiences: [] });
    await untilSeen(toOthers);
    await page.unroute('**/heddle.js');
    await page.route('**/v1/decide?*', (route) => route.fulfill({ status: 429 }));
    await open();
    expect(await decided()).toEqual({ audiences: [] });
    await untilSeen(toOthers);
  });

  it('asks nothing before the visitor agrees, shows members what is theirs as soon as they do, and nothing once they decline', async () => {
    await isMember();
    options = { consent: 'ask' };
    await open();
    expect(await decided()).toEqual({ audiences: [] });
    await untilSeen(toOthers);
    expect(asks()).toEqual([]);
    await page.evaluate(`heddle.consent('granted')`);
    await untilSeen(toMembers);
    await page.evaluate(`heddle.consent('denied')`);
    await untilSeen(toOthers);
    expect(await decided()).toEqual({ audiences: [] });
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(asks()).toHaveLength(1);
  });
});
