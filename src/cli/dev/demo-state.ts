import { join } from 'node:path';
import { localDir } from '../../local/binaries';
import { readJsonFile, writeJsonFile } from '../../local/json-file';
import type { FactCheck } from './fact-checks';
import type { HistoryPart } from './history-part';

export interface Replayed {
  readonly events: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly sendSeconds: number;
  /** From the first event sent to the last one applied. */
  readonly applySeconds: number;
}

/** What the demo has done to a workspace, so that the next start does none of it again. */
export interface DemoState {
  readonly workspace: string;
  /** The end of the history, epoch ms: the sample data is shifted by the same amount for ever. */
  readonly endsAt: number;
  /** Digest of each definition as it was put. */
  readonly definitions: Readonly<Record<string, string>>;
  readonly history?: Replayed & { readonly part: HistoryPart };
  readonly live?: Replayed;
  /** As of an instant that is over, so they are asked for once. */
  readonly facts?: readonly FactCheck[];
}

const stateFile = () => join(localDir(), 'demo.json');

/** The state of this workspace; a fresh one, ending now, when there is none or it belongs to another. */
export function readDemoState(workspace: string, now: number): DemoState {
  const state = readJsonFile(stateFile()) as DemoState | undefined;
  return state?.workspace === workspace ? state : { workspace, endsAt: now, definitions: {} };
}

export const writeDemoState = (state: DemoState): void => writeJsonFile(stateFile(), state);
