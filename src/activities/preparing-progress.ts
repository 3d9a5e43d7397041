import type { WorkspaceId } from '../domain/ids';
import type { RulesetState } from '../domain/profiles/ruleset-state';
import type { Store } from '../store/store';

const everyMs = 1_000;

export interface ProgressDeps {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Writes down how far a back-fill is, about once a second. Counts what is left once, and from there on by what was done. */
export class PreparingProgress {
  #version: number | undefined;
  #total = 0;
  #done = 0;
  #notedAt = 0;

  constructor(
    readonly deps: ProgressDeps,
    readonly ws: WorkspaceId,
  ) {}

  /** What was begun by a worker that is gone goes on. */
  async note(state: RulesetState, evaluated: number): Promise<void> {
    const { store, clock } = this.deps;
    if (this.#version !== state.version) await this.#begin(state);
    this.#done = Math.min(this.#total, this.#done + evaluated);
    if (clock() - this.#notedAt < everyMs) return;
    this.#notedAt = clock();
    await store.workspaces.notePreparing(this.ws, { version: state.version, total: this.#total, done: this.#done });
  }

  async #begin(state: RulesetState): Promise<void> {
    const { store } = this.deps;
    const left = await store.preparedProfiles.countBehind(this.ws, state);
    const noted = (await store.workspaces.find(this.ws))?.preparing;
    this.#version = state.version;
    this.#total = noted?.version === state.version ? Math.max(noted.total, left) : left;
    this.#done = this.#total - left;
    this.#notedAt = 0;
  }
}
