import { createServer } from 'node:net';
import { LocalError } from './local-error';

/**
 * A port on loopback that nothing listens on. With `preferred`, that one or the first free one of the twenty after it,
 * so that a second `heddle dev` still has addresses that can be guessed.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred === undefined) return portFor(0);
  for (let port = preferred; port < preferred + 20 && port <= 65_535; port += 1) {
    if (await isFree(port)) return port;
  }
  return portFor(0);
}

/** The port asked for, or a sentence that says it is taken. Without one, any free port. */
export async function demandPort(port: number | undefined, what: string): Promise<number> {
  if (port === undefined) return freePort();
  if (await isFree(port)) return port;
  throw new LocalError(`Port ${port} for ${what} is in use; stop what listens there, or choose another port.`);
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await portFor(port);
    return true;
  } catch {
    return false;
  }
}

function portFor(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
