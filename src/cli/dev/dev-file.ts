import { join } from 'node:path';
import { createClient } from '../../client/client';
import { HeddleError } from '../../client/errors';
import { localDir } from '../../local/binaries';
import { readJsonFile, writeJsonFile } from './json-file';

/** The keys of the workspace that `heddle dev` works with. */
export interface DevWorkspace {
  readonly workspace: string;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly apiKey: string;
}

/** `.local/dev.json`: where everything is, for people, tests and tools. */
export interface DevFile extends DevWorkspace {
  readonly api: string;
  readonly console: string;
  readonly temporalUi?: string;
  readonly temporalAddress: string;
  readonly mongodbUri: string;
  readonly logs: readonly string[];
  readonly pids: Readonly<Record<string, number>>;
}

const devFile = () => join(localDir(), 'dev.json');

export const writeDevFile = (content: DevFile): void => writeJsonFile(devFile(), content);

/** The workspace of the last time when its key still works, otherwise a fresh one. */
export async function openWorkspace(url: string, rootKey: string): Promise<DevWorkspace> {
  const last = readJsonFile(devFile()) as Partial<DevFile> | undefined;
  if (isWorkspace(last) && (await works(url, last))) {
    const { workspace, publicKey, secretKey, apiKey } = last;
    return { workspace, publicKey, secretKey, apiKey };
  }
  const { id, keys } = await createClient({ url, apiKey: rootKey }).workspaces.create('Demo');
  return { workspace: id, publicKey: keys.public, secretKey: keys.secret, apiKey: keys.management };
}

const isWorkspace = (last: Partial<DevFile> | undefined): last is DevFile =>
  [last?.workspace, last?.publicKey, last?.secretKey, last?.apiKey].every((value) => typeof value === 'string');

async function works(url: string, { workspace, apiKey }: DevWorkspace): Promise<boolean> {
  try {
    return (await createClient({ url, apiKey }).workspaces.current()).id === workspace;
  } catch (error) {
    // The database is another one, or was emptied.
    if (error instanceof HeddleError && error.status < 500) return false;
    throw error;
  }
}
