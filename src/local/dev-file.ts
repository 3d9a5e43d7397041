import { join } from 'node:path';
import { localDir } from './binaries';
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

const fileIn = (folder: string): string => join(folder, 'dev.json');

/** What `heddle dev` wrote down in this folder, ours unless another is given; `undefined` when there is none. */
export const readDevFile = (folder = localDir()): Partial<DevFile> | undefined =>
  readJsonFile(fileIn(folder)) as Partial<DevFile> | undefined;

export const writeDevFile = (content: DevFile): void => writeJsonFile(fileIn(localDir()), content);
