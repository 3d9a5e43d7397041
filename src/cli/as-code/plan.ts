import type { Client } from '../../client/client';
import type { PublishInput } from '../../client/types';
import { jsonChanges, type JsonChange } from '../../domain/json-changes';
import { omit, type JsonObject } from '../../domain/json';
import { definitionKinds, findHeld, folders, type Folder, type Held } from './definition-kinds';
import { effectOf, type Effect } from './effect';
import type { Wanted } from './read-folder';

export type Action = 'create' | 'update' | 'publish' | 'unchanged' | 'only-on-server' | 'delete';

/** What saving a folder does to one definition. */
export interface PlannedChange {
  readonly folder: Folder;
  readonly key: string;
  readonly action: Action;
  /** What the server has, as the plan saw it; absent of what is not there. */
  readonly etag?: string;
  readonly changes: readonly JsonChange[];
  readonly effect?: Effect;
  /** As it is saved; secrets are named by their variables only. */
  readonly definition?: JsonObject;
  /** Of a journey: how it is published, where not as usual. */
  readonly publish?: PublishInput;
}
export interface Plan {
  readonly changes: readonly PlannedChange[];
}
export interface PlanOptions {
  /** What is only on the server goes. */
  readonly prune?: boolean;
  /** Without asking whom it moves. */
  readonly isBrief?: boolean;
  readonly progress: (text: string, share: number) => void;
}

export const isChange = ({ action }: PlannedChange): boolean => action !== 'unchanged' && action !== 'only-on-server';

/** What has to change on the server for it to say what a folder says. Changes nothing. */
export async function makePlan(client: Client, wanted: readonly Wanted[], options: PlanOptions): Promise<Plan> {
  const changes: PlannedChange[] = [];
  for (const [index, one] of wanted.entries()) {
    options.progress(`${one.folder}/${one.key}`, index / wanted.length);
    changes.push(await planOne(client, one, options));
  }
  return { changes: [...changes, ...(await others(client, wanted, options))] };
}

async function planOne(client: Client, wanted: Wanted, options: PlanOptions): Promise<PlannedChange> {
  const { folder, key, definition, publish } = wanted;
  const held = await findHeld(client, folder, key);
  // Secrets are never read back: whether they are others nobody can say.
  const changes = jsonChanges(held?.definition, omit(definition, 'secrets'));
  const action = actionOf(held, changes);
  const planned = {
    ...{ folder, key, action, changes, definition },
    ...(held?.etag !== undefined && { etag: held.etag }),
    ...(publish && { publish }),
  };
  if (options.isBrief || action === 'unchanged') return planned;
  const effect = await effectOf(client, planned, held);
  return { ...planned, ...(effect && { effect }) };
}

function actionOf(held: Held | undefined, changes: readonly JsonChange[]): Action {
  if (!held) return 'create';
  if (changes.length > 0) return 'update';
  return 'draft' in held.stored ? 'publish' : 'unchanged';
}

/** What the server has and the folder has not, of the kinds that the folder has. */
async function others(client: Client, wanted: readonly Wanted[], options: PlanOptions): Promise<PlannedChange[]> {
  const named = new Set(wanted.map(({ folder, key }) => `${folder}/${key}`));
  const found: PlannedChange[] = [];
  // What refers to others goes before them.
  for (const folder of [...folders].reverse()) {
    if (!wanted.some((one) => one.folder === folder)) continue;
    for await (const { key } of definitionKinds[folder].each(client))
      if (!named.has(`${folder}/${key}`)) found.push(await planOther(client, { folder, key }, options));
  }
  return found;
}

async function planOther(
  client: Client,
  one: Pick<PlannedChange, 'folder' | 'key'>,
  { prune, isBrief }: PlanOptions,
): Promise<PlannedChange> {
  // Journeys end by being archived, which is somebody's decision: what is published is not deleted.
  if (!prune || one.folder === 'journeys') return { ...one, action: 'only-on-server', changes: [] };
  const held = await findHeld(client, one.folder, one.key);
  const planned = {
    ...{ ...one, action: 'delete' as const, changes: jsonChanges(held?.definition, undefined) },
    ...(held?.etag !== undefined && { etag: held.etag }),
  };
  const effect = isBrief ? undefined : await effectOf(client, planned, held);
  return { ...planned, ...(effect && { effect }) };
}
