import type { AudienceChange, ChangesQuery } from './audience-types';
import { HeddleError, UnreachableError } from './errors';
import { path, type Transport } from './transport';

export interface FollowOptions extends ChangesQuery {
  /** Ends the loop. */
  readonly signal?: AbortSignal;
}

/** The server says something every 15 s; who hears nothing for so long is not connected any more. */
const silenceMs = 60_000;
const longestWaitMs = 30_000;

export const openChanges = (
  { open }: Pick<Transport, 'open'>,
  key: string,
  { signal, ...query }: FollowOptions = {},
  lastEventId?: string,
) =>
  open({
    ...{ method: 'GET', path: path`/v1/audiences/${key}/changes/stream`, query: { ...query }, isEndless: true },
    headers: { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    ...(signal && { signal }),
  });

/**
 * Every change as it happens, in order and once, until the loop is left or the signal comes; connects again where it was when the
 * connection or the server goes. Keep the `id` of the last change that you have dealt with, and begin `after` it. Throws
 * HeddleError where the key or the audience is gone, and UnreachableError when nothing answered at first.
 */
export async function* followChanges(
  transport: Transport,
  key: string,
  options: FollowOptions = {},
): AsyncGenerator<AudienceChange, void, undefined> {
  const isStopped = () => options.signal?.aborted ?? false;
  let at: string | undefined;
  for (let failures = 0; !isStopped(); failures += 1) {
    for await (const { id, change, failure } of toldBy(() => openChanges(transport, key, options, at))) {
      if (failure !== undefined && !isStopped() && !mayPass(failure, at !== undefined)) throw failure;
      if (id !== undefined) [at, failures] = [id, 0];
      if (change) yield change;
    }
    if (!isStopped()) await transport.wait(Math.min(500 * 2 ** failures, longestWaitMs) * (0.5 + Math.random() / 2));
  }
}

/** What was there before may come back; what was refused will be again. */
function mayPass(error: unknown, wasThere: boolean): boolean {
  if (error instanceof HeddleError) return error.status === 429 || error.status >= 500;
  return error instanceof UnreachableError ? wasThere : isBroken(error);
}

/** As `fetch` says that a connection broke off half way. */
const isBroken = (error: unknown): boolean =>
  error instanceof TypeError || (error as Error | null)?.name === 'AbortError';

interface Told {
  readonly id?: string;
  readonly change?: AudienceChange;
  /** What ended it, as the last thing. */
  readonly failure?: Error;
}

async function* toldBy(connect: () => Promise<ReadableStream<Uint8Array>>): AsyncGenerator<Told, void, undefined> {
  try {
    yield* eventsOf(await connect());
  } catch (error) {
    yield { failure: error instanceof Error ? error : new Error('The stream broke off.') };
  }
}

async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Told, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const timer = setTimeout(() => void reader.cancel().catch(() => undefined), silenceMs);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      yield* blocks.map(readBlock);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function readBlock(block: string): Told {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const),
  );
  const [id, data] = [fields.get('id'), fields.get('data')];
  const isChange = fields.get('event') === 'change' && data !== undefined;
  return { ...(id !== undefined && { id }), ...(isChange && { change: JSON.parse(data) as AudienceChange }) };
}
