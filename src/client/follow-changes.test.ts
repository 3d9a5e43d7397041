import { openScriptedApi, type ScriptedAnswer } from '../testing/scripted-api';
import { createClient } from './client';
import { HeddleError, UnreachableError } from './errors';

const headers = { 'content-type': 'text/event-stream' };
const change = (id: string) =>
  `id: ${id}\nevent: change\ndata: ${JSON.stringify({ id, change: 'entered', profile: `prf_${id}`, at: 'now', cause: 'event' })}\n\n`;
const stream = (...blocks: string[]): ScriptedAnswer => ({ headers, body: `retry: 2000\n${blocks.join('')}` });
const gone: ScriptedAnswer = { status: 404, body: { detail: 'There is no audience "vip".' } };

/** Answers one after the other, then that the audience is gone. */
async function follow(answers: ScriptedAnswer[], options: object = {}) {
  const waits: number[] = [];
  const api = await openScriptedApi(() => answers.shift() ?? gone);
  const client = createClient({ url: api.url, retries: 0, wait: async (ms) => void waits.push(ms) });
  const ids: string[] = [];
  let failure: unknown;
  try {
    for await (const { id } of client.audiences.follow('vip', options)) ids.push(id);
  } catch (error) {
    failure = error;
  } finally {
    await api.close();
  }
  const asked = api.requests.map(({ url, headers: sent }) => [url.split('?')[1] ?? '', sent['last-event-id']]);
  return { ids, failure, asked, waits };
}

describe('following an audience', () => {
  it('connects again after the last line, also after one that only says where it is', async () => {
    const answers = [stream(change('1'), change('2')), stream('id: 5\n\n'), stream(change('6'))];
    const { ids, failure, asked } = await follow(answers, { from: 'now' });
    expect(ids).toEqual(['1', '2', '6']);
    expect(asked).toEqual([undefined, '2', '5', '6'].map((last) => ['from=now', last]));
    expect(failure).toBeInstanceOf(HeddleError);
  });

  it('goes on after what passes, waiting longer each time, and ends with what does not', async () => {
    const busy = { status: 503, body: {} };
    const cut = { isCut: true };
    const { ids, failure, waits } = await follow([
      stream(change('1')),
      cut,
      cut,
      busy,
      { status: 429, body: {} },
      stream(change('2')),
    ]);
    expect({ ids, failure }).toMatchObject({ ids: ['1', '2'], failure: { status: 404 } });
    expect(waits).toHaveLength(5);
    expect(waits[3]).toBeGreaterThan(waits[0] as number);
  });

  it('begins after the change that one has', async () => {
    expect((await follow([], { after: 'c7', include: 'identifiers' })).asked).toEqual([
      ['after=c7&include=identifiers', undefined],
    ]);
  });

  it('ends when it is told to, and says so when nothing ever answered', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await follow([stream(change('1'))], { signal: stop.signal })).toMatchObject({ ids: [], asked: [] });
    const nobody = createClient({ url: 'http://127.0.0.1:1', wait: async () => undefined });
    await expect(nobody.audiences.follow('vip').next()).rejects.toThrow(UnreachableError);
  });
});
