import type { ClientSession } from 'mongodb';
import type { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
import type { ComputedValues } from '../domain/audiences/computed/resolve-computed';
import type { WorkspaceId } from '../domain/ids';
import { DefinitionRepository, type DefinitionDoc } from './definitions';
import type { StoreConnection } from './open-store';

/** What somebody wrote of a computed trait. */
export interface ComputedTraitStatement {
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** A parsed `ComputedValue`, stored as JSON text because property names in it are users' data. */
  readonly valueJson: string;
}

export interface ComputedTraitDoc extends DefinitionDoc, ComputedTraitStatement {
  /** The ruleset version that made this value count. */
  readonly sinceRuleset: number;
  readonly status: 'computing' | 'ready';
}

export class ComputedTraitRepository extends DefinitionRepository<ComputedTraitDoc> {
  constructor({ db }: StoreConnection) {
    super(db.collection<ComputedTraitDoc>('computedTraits'));
  }

  /** Writes the next version. Of another value than before, the transaction also raises the ruleset to `sinceRuleset`. */
  async save(
    ws: WorkspaceId,
    { key, ...content }: ComputedTraitStatement & Pick<ComputedTraitDoc, 'key'>,
    counts: Pick<ComputedTraitDoc, 'sinceRuleset' | 'status'>,
    now: number,
    session: ClientSession,
  ): Promise<ComputedTraitDoc> {
    return this.write(ws, key, () => ({ ...content, ...counts }), now, session);
  }

  /** What is computed, by key. */
  async values(ws: WorkspaceId, session?: ClientSession): Promise<ComputedValues> {
    return computedValuesOf(await this.list(ws, session));
  }

  /** Those that count since `rulesetVersion` or before: every profile has been brought to them. */
  async markReady(ws: WorkspaceId, rulesetVersion: number): Promise<void> {
    await this.collection.updateMany(
      { ws, status: 'computing', sinceRuleset: { $lte: rulesetVersion } },
      { $set: { status: 'ready' } },
    );
  }
}

export const computedValuesOf = (docs: readonly Pick<ComputedTraitDoc, 'key' | 'valueJson'>[]): ComputedValues =>
  Object.fromEntries(docs.map(({ key, valueJson }) => [key, JSON.parse(valueJson) as ComputedValue]));
