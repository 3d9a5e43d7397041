import { LRUCache } from 'lru-cache';
import { isVocabulary, type Vocabulary } from '../domain/events/vocabularies/vocabulary';
import type { Naming } from '../domain/events/event-identifiers';
import { blockedBy } from '../domain/identity/blocked-identifiers';
import type { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import { typesOf } from '../domain/identity/workspace-types';
import type { WorkspaceId } from '../domain/ids';
import { isJsonObject, own, type Json } from '../domain/json';
import { compilePlan, type CompiledPlan } from '../domain/tracking-plan/compile-plan';
import type { TrackingPlan } from '../domain/tracking-plan/plan.schema';
import type { SourceRepository } from './sources';
import type { WorkspaceRepository } from './workspaces';
import type { TrackingPlanDoc, TrackingPlanRepository } from './tracking-plans';

/** How events of a source are taken. */
export interface SourcePolicy {
  /** Disabled or disconnected: nothing is taken. A source that only a key names, and nobody has made, is taken. */
  readonly isDisabled: boolean;
  readonly plan?: CompiledPlan;
  /** Whose names its events have, where they are not ours. */
  readonly vocabulary?: Vocabulary;
  /** How the workspace reads identifiers. */
  readonly naming: Naming;
}

interface Stored {
  readonly sources: Pick<SourceRepository, 'findEver'>;
  readonly trackingPlans: Pick<TrackingPlanRepository, 'find' | 'findDefault'>;
  readonly workspaces: Pick<WorkspaceRepository, 'find'>;
}

/** A source or a plan that was changed holds as it was no longer than this. */
const cachedMs = 5_000;
const cachedSources = 10_000;
const cachedPlans = 500;

/** Remembers for up to 5 s how each source is taken, and each version of a plan as compiled. */
export class SourcePolicies {
  readonly #known: LRUCache<string, Promise<SourcePolicy>>;
  readonly #compiled = new LRUCache<string, CompiledPlan>({ max: cachedPlans });

  constructor(
    readonly store: Stored,
    ttl = cachedMs,
  ) {
    this.#known = new LRUCache({ max: cachedSources, ttl });
  }

  of(ws: WorkspaceId, source: string): Promise<SourcePolicy> {
    const id = `${ws}:${source}`;
    const known = this.#known.get(id);
    if (known) return known;
    const reading = this.#read(ws, source);
    this.#known.set(id, reading);
    // What could not be read is asked again by the next.
    reading.catch(() => void this.#known.delete(id));
    return reading;
  }

  async #read(ws: WorkspaceId, source: string): Promise<SourcePolicy> {
    const found = await this.store.sources.findEver(ws, source);
    const plan = await this.#planOf(ws, found?.trackingPlan);
    const identity = (await this.store.workspaces.find(ws))?.identity ?? {};
    const vocabulary = found?.type === 'api' ? vocabularyIn(JSON.parse(found.settingsJson) as Json) : undefined;
    return {
      isDisabled: found?.enabled === false,
      ...(plan && { plan: this.#compile(plan) }),
      ...(vocabulary && { vocabulary }),
      naming: namingOf(identity),
    };
  }

  async #planOf(ws: WorkspaceId, key: string | undefined): Promise<TrackingPlanDoc | undefined> {
    const { trackingPlans } = this.store;
    return key === undefined ? trackingPlans.findDefault(ws) : trackingPlans.find(ws, key);
  }

  #compile({ _id, key, version, planJson }: TrackingPlanDoc): CompiledPlan {
    const id = `${_id}:${version}`;
    const known = this.#compiled.get(id);
    if (known) return known;
    const compiled = compilePlan(JSON.parse(planJson) as TrackingPlan, key, version);
    this.#compiled.set(id, compiled);
    return compiled;
  }
}

function namingOf({ types: policies, blocked }: IdentityPolicy): Naming {
  const types = typesOf(policies);
  return { types, ...(blocked && { isBlocked: blockedBy(blocked, types) }) };
}

function vocabularyIn(settings: Json): Vocabulary | undefined {
  const named = isJsonObject(settings) ? own(settings, 'vocabulary') : undefined;
  return typeof named === 'string' && isVocabulary(named) ? named : undefined;
}
