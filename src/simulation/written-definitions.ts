import type { AudienceDefinition } from '../domain/audiences/rule.schema';
import type { ComputedValues } from '../domain/audiences/computed/resolve-computed';
import { manualRule } from '../domain/audiences/manual-audience';
import type { PurposeDefinition } from '../domain/consent/purpose.schema';
import type { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import type { WorkspaceId } from '../domain/ids';
import { compileJourney } from '../domain/journeys/compiled-journey';
import type { JourneyDefinition } from '../domain/journeys/journey.schema';
import type { Ruleset } from '../domain/profiles/ruleset';
import { RulesetCache } from '../folding/ruleset-cache';
import type { ComputedTraitDoc } from '../store/computed-traits';
import type { AudienceDoc, WorkspaceDoc } from '../store/documents';
import type { PurposeDoc } from '../store/purposes';
import type { Store } from '../store/store';
import type { Definitions } from './virtual-store';

/** What is defined around journeys, as it is written in definitions. */
export interface WrittenDefinitions {
  readonly journeys: readonly JourneyDefinition[];
  readonly audiences: readonly AudienceDefinition[];
  readonly computed: ComputedValues;
  readonly purposes: readonly PurposeDefinition[];
  readonly sending: SendingPolicy;
}

/** Makes definitions ready without a database: the same reading and compiling, of documents that were never stored. */
export async function makeReady(
  ws: WorkspaceId,
  written: WrittenDefinitions,
): Promise<{ readonly definitions: Definitions; readonly ruleset: Ruleset }> {
  const doc = (key: string) => ({ _id: `${ws}:${key}`, ws, key, version: 1, createdAt: 0, updatedAt: 0 });
  const counts = { sinceRuleset: 1, status: 'ready' } as const;
  const audiences = written.audiences.map(({ key, name, rule, holdout }): AudienceDoc => ({
    ...{ ...doc(key), name, ruleJson: JSON.stringify(rule ?? manualRule(key, 1)), ...counts },
    ...(holdout && { holdout }),
  }));
  const purposes = written.purposes.map(({ key, name, whenUnset, transactional }): PurposeDoc => ({
    ...{ ...doc(key), name, whenUnset, transactional },
  }));
  const computed = Object.entries(written.computed).map(([key, value]): ComputedTraitDoc => ({
    ...doc(key),
    name: key,
    valueJson: JSON.stringify(value),
    ...counts,
  }));
  const workspace: WorkspaceDoc = {
    ...{ _id: ws, name: 'simulated', createdAt: 0, rulesetVersion: 1, partitions: 1 },
    sending: written.sending,
  };
  const definitions: Definitions = {
    connection: { masterKey: Buffer.alloc(32) },
    workspaces: {
      find: async () => workspace,
      sending: async () => ({ policy: written.sending }),
      rulesetState: async () => ({ version: 1, switchedFrom: undefined }),
    },
    audiences: {
      find: async (_ws, key) => audiences.find((one) => one.key === key),
      list: async () => audiences,
    },
    purposes: { find: async (_ws, key) => purposes.find((one) => one.key === key) },
    computedTraits: { list: async () => computed },
    destinations: { find: async () => undefined, unseal: () => ({}) },
  };
  const read = {
    ...definitions,
    workspaces: { ...definitions.workspaces, rulesetVersion: async () => 1 },
    journeys: { compiledVersions: async () => written.journeys.map((one) => compileJourney(one, 1, 'published', 1)) },
    attachments: { list: async () => [] },
    destinations: { list: async () => [] },
    purposes: { list: async () => purposes },
    computedTraits: { values: async () => written.computed },
  };
  return { definitions, ruleset: await new RulesetCache(read as unknown as Store).current(ws) };
}
