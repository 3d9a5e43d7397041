import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import request, { type Test } from 'supertest';
import { packScript } from '../../src/api/browser-script/browser-script';
import type { JsonObject } from '../../src/domain/json';
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
/** What pages of other paths have beside the first one's. */
const more: Readonly<Record<string, string>> = {
  '/hero': `<section id="hero" data-heddle-slot="hero">
      <h2 data-heddle-text="title">Welcome</h2><b data-heddle-text="none">as it was</b>
      <a data-heddle-href="url" data-heddle-text="action" href="/all">All</a>
      <a id="bad" data-heddle-href="bad" href="/good">Good</a><img data-heddle-src="picture" alt="">
      <iframe data-heddle-src="url"></iframe><script type="text/plain" data-heddle-text="title"></script>
    </section><div data-heddle-slot="Not a slot"></div>`,
  '/banner': '<i id="banner" data-heddle-slot="banner" data-heddle-text="text">Nothing new</i>',
};
/** What journeys show the visitor. */
const shows = {
  hero: {
    ...{ title: '<img src=x onerror="hacked = 1">', action: 'Buy', url: '/cart?id=1', picture: '/p.png' },
    ...{ bad: 'javascript:hacked = 1', none: { deep: 1 } },
  },
  banner: { text: 'Sale' },
};

/** What is told is not when: on a busy machine, too, an answer comes before the page's second is over, unless the second is what a test is about. */
const patience = `window.isPatient = true; const later = setTimeout;
  window.setTimeout = (go, ms, ...of) => later(go, ms === 1000 && isPatient ? 120_000 : ms, ...of);`;
const impatience = 'window.isPatient = false';

let door: Door;
let site: { readonly server: Server; readonly url: string };
/** The options that the page passes to `load`, beside the address. */
let options: object;

const api = useTestApi({ browserScript: packScript(buildBrowserScript()) });
const workspace = useWorkspace(api);
beforeAll(async () => {
  site = await listen((req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/html' });
    res.end(`<!doctype html><head>${ofPage()}</head><body>
      <p id="vip" data-heddle-audience="vip" style="display: flex">vip</p>
      <p id="others" data-heddle-not-audience="vip">others</p>
      <p id="either" data-heddle-audience="risk vip">either</p>${more[req.url ?? ''] ?? ''}`);
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
  for (const [slot, content] of Object.entries(shows)) await showIn(slot, content);
});
beforeEach(async () => {
  [door, options] = [await openDoor(api.app), {}];
});
afterEach(() => door.close());
afterAll(() => {
  site.server.closeAllConnections();
  site.server.close();
});

/** A run of the visitor that rests at its step, as workers would have brought it there. */
async function showIn(slot: string, content: JsonObject): Promise<void> {
  const step = { type: 'personalise', slot, content, for: '2d' };
  const journey = { name: slot, entry: { on: { event: slot } }, start: 'show', steps: { show: step } };
  const asOwner = (test: Test) => test.auth(workspace.apiKey, { type: 'bearer' });
  await asOwner(request(api.app).put(`/v1/journeys/${slot}`))
    .send(journey)
    .expect(200);
  await asOwner(request(api.app).post(`/v1/journeys/${slot}/publish`))
    .send({})
    .expect(200);
  await sendBatch(api.app, workspace.secretKey, [{ type: 'track', event: slot, userId: 'u1' }]).expect(200);
  await api.catchUp(workspace.ws);
  const runs = api.store.connection.db.collection('enrollments');
  const shown = { slot, content, priority: 50, until: Date.now() + 3_600_000 };
  const { modifiedCount } = await runs.updateOne({ journey: slot }, { $set: { status: 'active', shows: shown } });
  expect(modifiedCount).toBe(1);
}

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
  const open = (path = '/') => page.goto(site.url + path);
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
  const [vip, nobody] = [
    { audiences: ['vip'], slots: {} },
    { audiences: [], slots: {} },
  ];
  /** What an element holds now, without the white space between its parts. */
  const htmlOf = (id: string) =>
    page.evaluate<string>(`document.getElementById('${id}').outerHTML.replace(/>\\s+</g, '><')`);
  const untilShown = (id: string, isShown = true) =>
    until(
      async () => ((await htmlOf(id)).includes('data-heddle-shown') === isShown ? true : undefined),
      `${id} ${isShown ? '' : 'not '}to be filled`,
      10_000,
    );

  beforeAll(async () => {
    browser = await launchChromium();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    await context.addInitScript(patience);
    page = await context.newPage();
  });
  afterEach(() => context.close());
  afterAll(() => browser.close());
  const isMember = () => context.addInitScript(`if (!localStorage.heddle_id) localStorage.heddle_id = '${visitor}'`);

  it('sees what is for members, asks once, and not again on the next page', async () => {
    await isMember();
    await open();
    expect(await decided()).toEqual(vip);
    await untilSeen(toMembers);
    await open();
    expect(await decided()).toEqual(vip);
    await untilSeen(toMembers);
    expect(asks()).toEqual(['GET /v1/decide 200']);
    expect(await decided('{ fresh: true }')).toEqual(vip);
    expect(asks()).toHaveLength(2);
  });

  it('sees what is for the others as somebody of whom nothing is known, and after a log-out', async () => {
    await open();
    expect(await decided()).toEqual(nobody);
    await untilSeen(toOthers);
    await context.clearCookies();
    await page.evaluate(`localStorage.clear(); sessionStorage.clear(); localStorage.heddle_id = '${visitor}'`);
    await open();
    await untilSeen(toMembers);
    await page.evaluate('heddle.reset()');
    await untilSeen(toOthers);
    expect(await decided()).toEqual(nobody);
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
    await context.addInitScript(impatience);
    const gate: (() => void)[] = [];
    await page.route('**/v1/decide?*', async (route) => {
      await new Promise<void>((go) => gate.push(go));
      await route.continue();
    });
    await open();
    const began = Date.now();
    expect(await seen()).toBe('');
    expect(await decided()).toEqual(nobody);
    expect(Date.now() - began).toBeLessThan(5_000);
    await untilSeen(toOthers);
    for (const go of gate) go();
    await until(async () => (asks().length > 0 ? true : undefined), 'the late answer');
    // Kept for the next page; on this one nothing jumps.
    expect(await decided()).toEqual(vip);
  });

  it('does so, too, when the script never comes, or the server refuses', async () => {
    await context.addInitScript(impatience);
    await page.route('**/heddle.js', (route) => route.abort());
    await open();
    expect(await decided()).toEqual(nobody);
    await untilSeen(toOthers);
    await page.unroute('**/heddle.js');
    await page.route('**/v1/decide?*', (route) => route.fulfill({ status: 429 }));
    await open();
    expect(await decided()).toEqual(nobody);
    await untilSeen(toOthers);
  });

  it('asks nothing before the visitor agrees, shows members what is theirs as soon as they do, and nothing once they decline', async () => {
    await isMember();
    options = { consent: 'ask' };
    await context.addInitScript(impatience);
    await open();
    expect(await decided()).toEqual(nobody);
    await untilSeen(toOthers);
    expect(asks()).toEqual([]);
    await page.evaluate(`isPatient = true; heddle.consent('granted')`);
    await untilSeen(toMembers);
    await page.evaluate(`heddle.consent('denied')`);
    await untilSeen(toOthers);
    expect(await decided()).toEqual(nobody);
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(asks()).toHaveLength(1);
  });

  it('fills the slots that it has with text and addresses, asking once for all of it', async () => {
    await isMember();
    await page.addInitScript(`addEventListener('heddle:slot', ({ detail }) => (window.told ??= []).push(detail))`);
    await open('/hero');
    await untilShown('hero');
    await untilSeen(toMembers);
    expect(await htmlOf('hero')).toBe(
      '<section id="hero" data-heddle-slot="hero" data-heddle-shown="">' +
        '<h2 data-heddle-text="title">&lt;img src=x onerror="hacked = 1"&gt;</h2><b data-heddle-text="none">as it was</b>' +
        '<a data-heddle-href="url" data-heddle-text="action" href="/cart?id=1">Buy</a>' +
        '<a id="bad" data-heddle-href="bad" href="/good">Good</a><img data-heddle-src="picture" alt="" src="/p.png">' +
        '<iframe data-heddle-src="url"></iframe><script type="text/plain" data-heddle-text="title"></script></section>',
    );
    const hero = { content: shows.hero, id: expect.stringMatching(/^enr_/) as string };
    expect(await page.evaluate('told')).toEqual([{ slot: 'hero', ...hero }]);
    expect(await decided()).toEqual({ audiences: ['vip'], slots: { hero } });
    expect(asks()).toHaveLength(1);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
  });

  it('remembers slots for the pages that follow, and asks where they have others', async () => {
    await isMember();
    await open('/hero');
    await untilShown('hero');
    await open('/');
    expect(await decided()).toMatchObject({ audiences: ['vip'] });
    await open('/hero');
    await untilShown('hero');
    expect(asks()).toHaveLength(1);
    await open('/banner');
    await untilShown('banner');
    expect(await htmlOf('banner')).toContain('>Sale</i>');
    expect(asks()).toHaveLength(2);
    expect(await decided(`{ slots: ['hero', 'nothing-there'] }`)).toMatchObject({
      slots: { hero: { content: shows.hero }, banner: { content: shows.banner } },
    });
    await decided(`{ slots: ['nothing-there'] }`);
    expect(asks()).toHaveLength(3);
  });

  it('has what its author wrote in slots that show nothing, or nothing any more', async () => {
    await open('/banner');
    await untilSeen(toOthers);
    const before = await htmlOf('banner');
    expect(before).toContain('>Nothing new</i>');
    await page.evaluate(`sessionStorage.clear(); localStorage.heddle_id = '${visitor}'`);
    await open('/banner');
    await untilShown('banner');
    await page.evaluate(`heddle.consent('denied')`);
    await untilShown('banner', false);
    expect(await htmlOf('banner')).toBe(before);
  });

  it('hides slots until there is an answer, so that nothing flickers, and fills what a script adds when asked again', async () => {
    await isMember();
    let [isOpen, wasAsked] = [false, false];
    await page.route('**/v1/decide?*', async (route) => {
      wasAsked = true;
      await until(async () => (isOpen ? true : undefined), 'the gate to be opened');
      await route.continue();
    });
    await open('/banner');
    const isSeen = () => page.evaluate<boolean>(`document.getElementById('banner').getClientRects().length > 0`);
    expect(await isSeen()).toBe(false);
    await until(async () => (wasAsked ? true : undefined), 'the page to ask');
    isOpen = true;
    await until(async () => ((await isSeen()) ? true : undefined), 'the slot to be seen');
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend',
      '<i id="late" data-heddle-slot="hero" data-heddle-text="action"></i>')`);
    await decided();
    expect(await htmlOf('late')).toContain('>Buy</i>');
  });
});
