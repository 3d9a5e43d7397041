import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { listen } from './test-api';

/** What a client meets instead of the API: an answer, or a connection that breaks. */
export type Trouble = { readonly status: number; readonly retryAfter?: number } | 'cut';

/** The API behind a door that a test can shut. */
export interface Door {
  readonly url: string;
  /** `POST /v1/batch 200`, in order of the answers; `cut` for a status where the connection broke. */
  readonly answers: string[];
  /** Meets the next requests that carry events, one each. */
  readonly troubles: Trouble[];
  /** Breaks every connection while true. */
  isShut: boolean;
  close(): Promise<void>;
}

/** Opens a door in front of the API, on a free port of loopback. */
export async function openDoor(app: Express): Promise<Door> {
  const answers: string[] = [];
  const troubles: Trouble[] = [];
  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const [path = ''] = (req.url ?? '').split('?');
    const isPost = req.method === 'POST';
    const trouble = door.isShut ? 'cut' : isPost ? troubles.shift() : undefined;
    const note = (status: number | 'cut') => void answers.push(`${req.method} ${path} ${status}`);
    if (trouble === undefined) {
      res.once('finish', () => note(res.statusCode));
      app(req, res);
    } else if (trouble === 'cut') {
      note('cut');
      req.socket.destroy();
    } else refuse(req, res, trouble, note);
  };
  const { server, url } = await listen(handle);
  const door: Door = {
    url,
    answers,
    troubles,
    isShut: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return door;
}

function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  { status, retryAfter }: Exclude<Trouble, 'cut'>,
  note: (status: number) => void,
): void {
  req.resume().once('end', () => {
    res.writeHead(status, {
      // What the API itself says to pages of other sites.
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Retry-After',
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    });
    res.end();
    note(status);
  });
}
