import { HeddleError } from './errors';
import type { Transport } from './transport';

/** One server-sent event: its kind, and the text of its data. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

export interface StreamOptions {
  readonly signal?: AbortSignal;
  /** Called when the connection is lost, before another is opened. */
  readonly onLost?: () => void;
}

const reconnectMs = 1_000;

/** The live view, without end: a lost connection is opened again where it broke off. Only a refusal or `signal` ends it. */
export function streamOf({ open, wait }: Transport) {
  return async function* stream(options: StreamOptions = {}): AsyncGenerator<StreamEvent, void, undefined> {
    const { signal = new AbortController().signal, onLost } = options;
    const connect = (after?: string) => open({ method: 'GET', path: '/v1/stream', headers: headersOf(after), signal });
    let lastId: string | undefined;
    let response: Response | undefined = await connect();
    while (response) {
      for await (const event of untilLost(response)) {
        lastId = event.id ?? lastId;
        yield event;
      }
      if (signal.aborted) return;
      onLost?.();
      response = await reconnect(() => connect(lastId), wait, signal);
    }
  };
}

/** Tries once a second, until the server answers, refuses (which is thrown) or `signal` ends it. */
async function reconnect(connect: () => Promise<Response>, wait: Transport['wait'], signal: AbortSignal) {
  while (!signal.aborted) {
    await wait(reconnectMs);
    try {
      return await connect();
    } catch (error) {
      if (error instanceof HeddleError && error.status < 500) throw error;
    }
  }
  return undefined;
}

async function* untilLost(response: Response): AsyncGenerator<StreamEvent, void, undefined> {
  try {
    yield* readEvents(response);
  } catch {
    return; // a connection that breaks ends like one that is closed
  }
}

function headersOf(lastId: string | undefined): Record<string, string> {
  return { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
}

/** The events of a `text/event-stream`, as the WHATWG defines it, less `retry`. */
async function* readEvents(response: Response): AsyncGenerator<StreamEvent, void, undefined> {
  for await (const block of readBlocks(response)) {
    const fields = block.split(/\r\n|\r|\n/).map((line) => /^([^:]*)(?:: ?(.*))?$/.exec(line));
    const all = (name: string) => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []));
    const data = all('data');
    if (data.length === 0) continue; // a comment, which keeps the connection alive
    const id = all('id').at(-1);
    yield { event: all('event').at(-1) ?? 'message', data: data.join('\n'), ...(id !== undefined && { id }) };
  }
}

/** Cuts the body at blank lines. What follows the last one is unfinished and dropped. */
async function* readBlocks({ body }: Response): AsyncGenerator<string, void, undefined> {
  if (!body) return;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split(/\r\n\r\n|\r\r|\n\n/);
      text = blocks.pop() ?? '';
      yield* blocks;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the connection may be gone already
  }
}
