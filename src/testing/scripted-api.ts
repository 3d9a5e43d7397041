import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ScriptedRequest {
  readonly method: string;
  /** Path with query, as received. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, text that is none as it came, or undefined without a body. */
  readonly body: unknown;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text. */
  readonly body?: unknown;
  /** Breaks the connection instead of, or after, the answer. */
  readonly isCut?: boolean;
}

/** A real HTTP server whose answers the test writes, and which remembers what it was asked. */
export async function openScriptedApi(answer: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>) {
  const requests: ScriptedRequest[] = [];
  const server = createServer((req, res) => {
    void readRequest(req).then(async (request) => {
      requests.push(request);
      send(await answer(request), res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readRequest(req: IncomingMessage): Promise<ScriptedRequest> {
  const sent = await text(req);
  const { method = '', url = '', headers } = req;
  return { method, url, headers, body: sent === '' ? undefined : parse(sent) };
}

function parse(sent: string): unknown {
  try {
    return JSON.parse(sent) as unknown;
  } catch {
    return sent;
  }
}

function send({ status = 200, headers, body, isCut = false }: ScriptedAnswer, res: ServerResponse): void {
  const cut = () => void res.socket?.destroy();
  if (isCut && body === undefined) return cut();
  const isText = typeof body === 'string' || body === undefined;
  res.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  const out = isText ? (body ?? '') : JSON.stringify(body);
  if (isCut) res.write(out, cut);
  else res.end(out);
}
