import { createClient } from '../../client/client';
import { HeddleError } from '../../client/errors';
import { readDevFile, type DevFile, type DevWorkspace } from '../../local/dev-file';

/** The workspace of the last time when its key still works, otherwise a fresh one. */
export async function openWorkspace(url: string, rootKey: string): Promise<DevWorkspace> {
  const last = readDevFile();
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
