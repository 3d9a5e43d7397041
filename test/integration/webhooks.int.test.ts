import { sourceTypes, findSourceKind } from '../../src/sources/registry';
import { startSystem, type System } from '../../src/testing/system';
import { tools, type Message } from './webhook-tools';

const minute = 60_000;
const signingSecret = 'a secret of the tests only';
let system: System;
beforeAll(async () => {
  system = await startSystem();
}, 60_000);
afterAll(() => system.stop(), 60_000);

it('every tool that sends by itself is in the table', () => {
  const receiving = sourceTypes.filter((type) => findSourceKind(type)?.receiver);
  expect(tools.map(({ type }) => type).sort()).toEqual([...receiving].sort());
});

describe.each(tools.map((tool) => [tool.type, tool] as const))('a message of %s', (type, tool) => {
  const url = () => `${system.url}/v1/webhooks/${system.ws}/${type}`;
  const save = (enabled = true) =>
    system.client.sources.put(type, {
      ...{ type, name: type, settings: tool.settings(url()), enabled },
      secrets: { signingSecret },
    });

  /** As the tool sends it. */
  function send({ body, headers }: Message, { secret = signingSecret, at = Date.now() } = {}) {
    const text = JSON.stringify(body);
    const signature = tool.sign({ body: text, secret, at, url: url() });
    const said = { 'content-type': 'application/json; charset=utf-8', ...headers, ...signature };
    return fetch(url(), { method: 'POST', body: text, headers: said });
  }
  const answer = async (response: Response) => [response.status, await response.json()];
  const storedCount = () =>
    system.store.connection.db.collection('events').countDocuments({ ws: system.ws, source: type });

  beforeAll(() => save());

  it('becomes what it says of a person, who is found by its ids and its e-mail', async () => {
    for (const message of tool.messages) {
      const [status, body] = await answer(await send(message));
      expect([status, body]).toMatchObject([200, { success: true, duplicates: 0, rejected: [] }]);
      await system.settled();
    }
    const profile = await system.client.profiles.get(tool.person);
    expect(profile.traits).toMatchObject(tool.traits);
    for (const [kind, value] of Object.entries(tool.identifiers))
      expect([kind, (await system.client.profiles.get(`${kind}:${value}`)).id]).toEqual([kind, profile.id]);
    const { data } = await system.client.profiles.events(tool.person);
    const tracked = data.filter(({ type: kind, source }) => kind === 'track' && source === type);
    expect(tracked.map(({ name }) => name).sort()).toEqual([...tool.events].sort());
  });

  it('that is sent again, signed anew, counts once', async () => {
    const before = await storedCount();
    for (const message of tool.messages) {
      const [status, body] = await answer(await send(message, { at: Date.now() - minute }));
      expect([status, body]).toMatchObject([200, { accepted: 0, rejected: [] }]);
      expect((body as { duplicates: number }).duplicates).toBeGreaterThan(0);
    }
    await system.settled();
    expect(await storedCount()).toBe(before);
  });

  it('is refused with another secret, without a signature, and, where a time is signed, when it is old', async () => {
    const before = await storedCount();
    const fresh = { ...tool.unknown, body: tool.messages[0]?.body ?? {} };
    const isRefused = (code: string) => [401, { type: `urn:heddle:problem:${code}` }];
    expect(await answer(await send(fresh, { secret: 'of somebody else' }))).toMatchObject(
      isRefused('invalid-signature'),
    );
    const bare = { method: 'POST', body: JSON.stringify(fresh.body), headers: fresh.headers ?? {} };
    expect(await answer(await fetch(url(), bare))).toMatchObject(isRefused('invalid-signature'));
    if (tool.hasTime)
      expect(await answer(await send(fresh, { at: Date.now() - 6 * minute }))).toMatchObject(
        isRefused('stale-timestamp'),
      );
    expect(await storedCount()).toBe(before);
  });

  it('about nobody is answered 200, and nothing follows', async () => {
    const before = await storedCount();
    expect(await answer(await send(tool.unknown))).toEqual([
      200,
      { success: true, accepted: 0, duplicates: 0, rejected: [] },
    ]);
    expect(await storedCount()).toBe(before);
  });

  it('is answered 410 while the source is disabled, and is taken again afterwards', async () => {
    const [first = tool.unknown] = tool.messages;
    await save(false);
    expect(await answer(await send(first))).toMatchObject([410, { type: 'urn:heddle:problem:source-disabled' }]);
    await save();
    expect((await send(first)).status).toBe(200);
  });
});
