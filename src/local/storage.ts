import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { claim } from './instance';

/** Where a server keeps its data: a folder that outlives it, or one that goes with it. */
export type Storage = 'ephemeral' | { readonly dataDir: string };

export interface Folder {
  readonly path: string;
  readonly logFile: string;
  readonly ephemeralDir: string | undefined;
  /** Clears away what was ephemeral. */
  release(): void;
}

/** Makes the folder and claims it; a second server on the same folder is refused with a sentence. */
export async function openFolder(storage: Storage, what: string): Promise<Folder> {
  const isEphemeral = storage === 'ephemeral';
  const path = isEphemeral ? mkdtempSync(join(tmpdir(), 'heddle-')) : resolve(storage.dataDir);
  mkdirSync(path, { recursive: true });
  await claim(path, what);
  return {
    path,
    logFile: join(path, 'server.log'),
    ephemeralDir: isEphemeral ? path : undefined,
    release: () => {
      if (isEphemeral) rmSync(path, { recursive: true, force: true });
    },
  };
}
