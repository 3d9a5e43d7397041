import type { Client } from '../../client/client';
import { HeddleError } from '../../client/errors';
import type { StoredAudience } from '../../client/types';
import type { Rule } from '../../domain/audiences/rule.schema';
import type { Held } from './definition-kinds';
import type { PlannedChange } from './plan';

/** Whom a change is about, as far as that can be told beforehand. */
export interface Effect {
  /** Members that a new rule has come and go. Where only some were asked (`sampled`), what they stand for. */
  readonly audience?: {
    readonly size: number;
    readonly entering: number;
    readonly leaving: number;
    readonly sampled?: { readonly profiles: number; readonly of: number };
  };
  /** People inside each version that was published before; they finish it unless they are moved. */
  readonly inside?: readonly { readonly version: number; readonly people: number }[];
  /** Audiences that are attached to a destination. */
  readonly attached?: readonly string[];
  /** Why the people cannot be counted. */
  readonly unknown?: string;
}

type Planned = Pick<PlannedChange, 'folder' | 'key' | 'action' | 'changes' | 'definition'>;

/** Asks the server. What it cannot say yet, such as of a rule that names what is still to be made, is `unknown`. */
export async function effectOf(client: Client, planned: Planned, held: Held | undefined): Promise<Effect | undefined> {
  try {
    if (planned.folder === 'audiences')
      return await ofAudience(client, planned, held?.stored as StoredAudience | undefined);
    if (!held) return undefined;
    if (planned.folder === 'journeys') return { inside: await insideOf(client, planned.key) };
    return planned.folder === 'destinations' ? { attached: await attachedTo(client, planned.key) } : undefined;
  } catch (error) {
    if (error instanceof HeddleError && error.status < 500) return { unknown: error.message };
    throw error;
  }
}

async function ofAudience(
  client: Client,
  { key, action, changes, definition }: Planned,
  stored: StoredAudience | undefined,
): Promise<Effect | undefined> {
  const size = stored?.size ?? 0;
  if (action === 'delete') return { audience: { size, entering: 0, leaving: size } };
  const rule = definition?.['rule'];
  const isMoved = changes.some(({ pointer }) => pointer === '' || pointer === '/rule' || pointer.startsWith('/rule/'));
  if (rule === undefined || !isMoved) return undefined;
  const preview = await client.audiences.preview(key, { rule: rule as unknown as Rule, sample: 0 });
  const staying = Math.min(preview.overlap[key] ?? 0, size);
  return {
    audience: {
      ...{ size, entering: Math.max(preview.count - staying, 0), leaving: size - staying },
      ...(preview.sampled && { sampled: preview.sampled }),
    },
  };
}

async function insideOf(client: Client, key: string): Promise<{ version: number; people: number }[]> {
  const inside: { version: number; people: number }[] = [];
  for (const { version } of (await client.journeys.versions(key, { limit: 100 })).data) {
    const { active } = await client.journeys.funnel(key, { version });
    if (active > 0) inside.push({ version, people: active });
  }
  return inside;
}

async function attachedTo(client: Client, destination: string): Promise<string[]> {
  const attached: string[] = [];
  for await (const { key } of client.audiences.each()) {
    const { data } = await client.audiences.attachments(key);
    if (data.some((one) => one.destination === destination)) attached.push(key);
  }
  return attached;
}
