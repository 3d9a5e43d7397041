import { createHash } from 'node:crypto';
import type { Client } from '../../client/client';
import { LocalError } from '../../local/local-error';
import type { DemoDefinitions } from './demo-files';

export type Digests = Readonly<Record<string, string>>;

interface Change {
  readonly name: string;
  /** What the server is to have. */
  readonly value: unknown;
  readonly put: () => Promise<unknown>;
}

/** Puts what differs from what was put last, in order, and answers the digests of all. What people changed since stays theirs. */
async function putChanged(changes: readonly Change[], known: Digests): Promise<Digests> {
  const digests: Record<string, string> = {};
  for (const { name, value, put } of changes) {
    const digest = createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
    if (known[name] !== digest) await put();
    digests[name] = digest;
  }
  return digests;
}

/** Destinations and audiences: what the history should meet. */
export async function putAudiences(client: Client, definitions: DemoDefinitions, known: Digests): Promise<Digests> {
  const { destinations, audiences } = definitions;
  const changes: Change[] = [
    ...destinations.map(({ key, ...value }) => ({
      name: `destinations/${key}`,
      value,
      put: () => client.destinations.put(key, value),
    })),
    ...audiences.map(({ key, ...value }) => ({
      name: `audiences/${key}`,
      value,
      put: () => client.audiences.put(key, value),
    })),
  ];
  return putChanged(changes, known);
}

/**
 * What reaches people and vendors: attachments, and journeys published. It comes after the history, of which they should see
 * the result. Throws LocalError when a journey cannot be published.
 */
export async function activate(client: Client, definitions: DemoDefinitions, known: Digests): Promise<Digests> {
  const attachments = definitions.attachments.map(({ audience, destination, ...value }) => ({
    name: `audiences/${audience}/destinations/${destination}`,
    value,
    put: () => client.audiences.attach(audience, destination, value),
  }));
  return putChanged([...attachments, ...publications(client, definitions)], known);
}

function publications(client: Client, { journeys }: DemoDefinitions): Change[] {
  return journeys.map(({ key, ...value }) => ({
    name: `journeys/${key}`,
    value,
    put: async () => {
      const { findings = [] } = await client.journeys.put(key, value);
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) {
        const texts = errors.map(({ path, message }) => `${path}: ${message}`).join('\n');
        throw new LocalError(`examples/demo/journeys/${key}.json cannot be published; correct it:\n${texts}`);
      }
      await client.journeys.publish(key, { inFlight: 'finish' });
    },
  }));
}
