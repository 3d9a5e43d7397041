import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { WorkspaceId } from '../../domain/ids';
import { SourceRefused } from '../source';

export interface FoundFile {
  /** The way from the folder, with "/". */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Changes whenever the file does: its size and the time of its last change. */
  readonly etag: string;
}

/** What is remembered of a folder is one cursor, which must stay small. */
const mostFiles = 10_000;

/** A folder that the deployment allows: to one workspace, or, without `ws`, what is below it under each workspace's id to that one. */
export interface AllowedFolder {
  readonly path: string;
  readonly ws?: string;
}

/** The real path of a folder, when it is one that the workspace may read or inside. Throws `SourceRefused`. */
export async function openFolder(folder: string, allowed: readonly AllowedFolder[], ws: WorkspaceId): Promise<string> {
  const real = await realpathOf(folder);
  const own = await Promise.all(allowed.map((one) => rootOf(one, ws)));
  if (real !== undefined && own.some((root) => root !== undefined && isInside(root, real))) return real;
  // The same for what is not there, and for what is somebody else's: whoever sets up a source learns nothing of other folders.
  throw new SourceRefused(
    'folder',
    `There is no such folder among those of this workspace: below "/${ws}" in one that HEDDLE_SOURCE_FOLDERS names, or in one that it gives to the workspace.`,
  );
}

/** What a workspace may read of an allowed folder. A link in the place of its own leads out of it, and is none. */
async function rootOf({ path, ws: owner }: AllowedFolder, ws: WorkspaceId): Promise<string | undefined> {
  const real = owner === undefined || owner === ws ? await realpathOf(path) : undefined;
  return real === undefined || owner !== undefined ? real : join(real, ws);
}

const isInside = (root: string, path: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

async function realpathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** Regular files whose names begin with the prefix, in the order of their names. Links are not followed. Throws `SourceRefused`. */
export async function listFiles(root: string, prefix: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  await walk(root, '', prefix, found);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function walk(root: string, below: string, prefix: string, found: FoundFile[]): Promise<void> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error) => refuse(error, below));
  for (const entry of entries) {
    const name = `${below}${entry.name}`;
    if (entry.isDirectory() && (name.startsWith(prefix) || prefix.startsWith(`${name}/`)))
      await walk(root, `${name}/`, prefix, found);
    if (!entry.isFile() || !name.startsWith(prefix) || entry.name.startsWith('.')) continue;
    const path = join(root, name);
    const { size, mtimeMs } = await lstat(path).catch((error) => refuse(error, name));
    found.push({ name, path, bytes: size, etag: `${size}-${Math.floor(mtimeMs)}` });
    if (found.length > mostFiles)
      throw new SourceRefused(
        'too-many-files',
        `The folder has more than ${mostFiles} files with this prefix; move away what has been read.`,
      );
  }
}

/** What no later reading mends needs a person. Another error is passing: a file was there, and is gone. */
function refuse(error: unknown, name: string): never {
  const code = (error as { readonly code?: unknown } | null)?.code;
  // Bytes that are no text are read as this sign, and nothing has the name with it.
  if (code === 'ENOENT' && name.includes('\ufffd'))
    throw new SourceRefused('file-name', 'A file or folder in it has a name that is not UTF-8; name it otherwise.');
  throw error;
}
