import { toHeddleError, UnreachableError } from './errors';

export interface ClientOptions {
  /** Where the API is, such as `http://127.0.0.1:4300`. */
  readonly url: string;
  /** A management key; may also send events when it has the scope `events:write`. */
  readonly apiKey?: string | undefined;
  /** A write key of a source, for sending events. */
  readonly writeKey?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** How often a call that may be repeated is, when the server says 429 or 503; 4 unless set. */
  readonly retries?: number;
  /** How long one try may take, in milliseconds; 30,000 unless set. */
  readonly timeoutMs?: number;
  /** Waits before a retry; a test may pass one that only remembers. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Bytes that need not fit into memory. A stream can be sent only once, so that such a call is never repeated. */
export type UploadData = string | Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
export interface Upload {
  readonly data: UploadData;
  readonly type: string;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Made with `path`, so that keys and refs in it are encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** JSON that is text already, instead of `body`. */
  readonly json?: string;
  /** A file instead of `body`, sent as it is read and for as long as it takes. */
  readonly file?: Upload;
  /** Ingestion takes a write key; a surface too, where there is no management key; everything else a management key. */
  readonly door?: 'ingestion' | 'surface';
  /** Whether doing it twice is the same as once; so for every method but POST. */
  readonly isRepeatable?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer goes on for as long as it is read, or until `signal`. */
  readonly isEndless?: boolean;
  readonly signal?: AbortSignal;
  /** Instead of the client's own. */
  readonly timeoutMs?: number;
}

export interface Tagged<Answer> {
  readonly body: Answer;
  readonly etag: string | undefined;
}

export interface Transport {
  /** Answers the body. Throws HeddleError or UnreachableError. */
  readonly call: <Answer>(call: Call) => Promise<Answer>;
  /** The same with the tag of what was answered, to write on it only while it is that. */
  readonly tagged: <Answer>(call: Call) => Promise<Tagged<Answer>>;
  /** Answers a body that is not JSON, as it arrives. Throws HeddleError or UnreachableError. */
  readonly open: (call: Call) => Promise<ReadableStream<Uint8Array>>;
  /** Between two tries. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
const longestWaitMs = 60_000;

/** Fills a path: path`/v1/audiences/${key}`. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.map((part, index) => part + encodeURIComponent(values[index] ?? '')).join('');
}

export function createTransport(options: ClientOptions): Transport {
  const { retries = 4, wait = sleep } = options;

  async function open(call: Call): Promise<Response> {
    const isRepeatable = call.isRepeatable ?? (call.method !== 'POST' && !isStream(call.file));
    for (let attempt = 0; ; attempt += 1) {
      const response = await connect(options, call, isRepeatable);
      if (response.ok) return response;
      const isBusy = response.status === 429 || response.status === 503;
      if (!isBusy || !isRepeatable || attempt >= retries) throw await toHeddleError(response);
      await response.body?.cancel();
      await wait(delayMs(response.headers.get('retry-after'), attempt));
    }
  }

  return {
    call: async <Answer>(call: Call) => (await readJson(options.url, await open(call))) as Answer,
    tagged: async <Answer>(call: Call) => {
      const response = await open(call);
      const etag = response.headers.get('etag') ?? undefined;
      return { body: (await readJson(options.url, response)) as Answer, etag };
    },
    wait,
    open: async (call) => (await open(call)).body ?? new Blob([]).stream(),
  };
}

const isStream = (file: Upload | undefined): boolean => file?.data instanceof ReadableStream;

/** What the server asks for, in whole seconds or as a date; otherwise a random part of an interval that doubles from half a second. */
function delayMs(retryAfter: string | null, attempt: number): number {
  const asked = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : Date.parse(retryAfter ?? '') - Date.now();
  const delay = Number.isNaN(asked) ? 500 * 2 ** attempt * (0.5 + Math.random() / 2) : asked;
  return Math.min(Math.max(delay, 0), longestWaitMs);
}

async function connect(options: ClientOptions, call: Call, isRepeatable: boolean): Promise<Response> {
  try {
    return await request(options, call);
  } catch (error) {
    if (isTimeout(error))
      throw new UnreachableError(options.url, `${options.url} did not answer in time.`, { cause: error });
    // The server may have closed a kept connection just as we used it; a second try opens another.
    if (isRepeatable) return connect(options, call, false);
    throw new UnreachableError(options.url, `Cannot reach Heddle at ${options.url}.`, { cause: error });
  }
}

const isTimeout = (error: unknown): boolean => (error as { name?: unknown } | null)?.name === 'TimeoutError';

async function request(options: ClientOptions, call: Call): Promise<Response> {
  const send = options.fetch ?? fetch;
  return send(addressOf(options.url, call), {
    method: call.method,
    ...payload(call, { accept: 'application/json', ...authorization(options, call) }),
    ...(call.signal && { signal: call.signal }),
    // A file takes as long as it takes.
    ...(!call.file &&
      !call.isEndless && { signal: AbortSignal.timeout(call.timeoutMs ?? options.timeoutMs ?? 30_000) }),
  });
}

function payload({ file, json, body, headers: more }: Call, headers: Record<string, string>): RequestInit {
  if (file) {
    const sent = { headers: { ...headers, 'content-type': file.type, ...more }, body: file.data };
    // A stream is read while the answer is awaited: that wants to be said.
    return isStream(file) ? { ...sent, duplex: 'half' } : sent;
  }
  const text = json ?? (body === undefined ? undefined : JSON.stringify(body));
  if (text === undefined) return { headers: { ...headers, ...more } };
  return { headers: { ...headers, 'content-type': 'application/json', ...more }, body: text };
}

function addressOf(url: string, { path: where, query = {} }: Call): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  const search = pairs.join('&');
  return `${url.replace(/\/+$/, '')}${where}${search && `?${search}`}`;
}

function authorization({ apiKey, writeKey }: ClientOptions, { door }: Call): Record<string, string> {
  const takesWriteKey = door === 'ingestion' || (door === 'surface' && apiKey === undefined);
  if (takesWriteKey && writeKey !== undefined) return { authorization: `Basic ${btoa(`${writeKey}:`)}` };
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

async function readJson(url: string, response: Response): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw new UnreachableError(url, `${url} ended its answer half way.`, { cause: error });
  });
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new UnreachableError(url, `What answers at ${url} is not a Heddle API.`, { cause: error });
  }
}
