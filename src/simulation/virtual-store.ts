import { effectiveAt } from '../domain/events/event';
import { isOfPerson } from '../domain/events/shown';
import { groupName } from '../domain/groups/group';
import { identifierName } from '../domain/identity/identifier-types';
import { journeyVersionKey } from '../domain/profiles/ruleset';
import type { Profile } from '../domain/profiles/profile';
import type { Store } from '../store/store';
import type { Memory } from './memory';
import type { Part } from './part';
import { ledger, places, runs } from './virtual-sends';

/**
 * The store as far as folds and journeys ask it, over one person's memory: what runs live runs here, and nothing of it reaches a database.
 * What is asked for and is not here is said by name.
 */
export function virtualStore(memory: Memory, definitions: Definitions): Store {
  const parts = {
    ...definitions,
    ...people(memory),
    ...behaviour(memory),
    ...sessions(memory),
    ...runs(memory),
    ...ledger(memory),
    ...places(memory),
    journeys: {
      compiled: async (_ws, key, version) => memory.journeys.get(journeyVersionKey(key, version)),
    } satisfies Part<'journeys', 'compiled'>,
    experiments: {
      decision: async () => undefined,
      takeTurn: async () => false,
    } satisfies Part<'experiments', 'decision' | 'takeTurn'>,
  };
  return strict(parts) as unknown as Store;
}

/** What is defined of a workspace, as journeys ask for it; read once. */
export interface Definitions {
  readonly connection: Pick<Store['connection'], 'masterKey'>;
  readonly workspaces: Part<'workspaces', 'find' | 'sending' | 'rulesetState'>;
  readonly audiences: Part<'audiences', 'find' | 'list'>;
  readonly purposes: Part<'purposes', 'find'>;
  readonly computedTraits: Part<'computedTraits', 'list'>;
  readonly destinations: Part<'destinations', 'find' | 'unseal'>;
}

/** Something is asked of the store that a memory does not have: a mistake of ours, and no reason to give an event up. */
export class NotSimulated extends Error {}

/** Refuses what it does not have, instead of answering that there is nothing. */
function strict(parts: object): object {
  const told = Object.entries(parts).map(([name, part]) => [name, sayingMissing(part as object, name)] as const);
  return sayingMissing(Object.fromEntries(told), 'store');
}

function sayingMissing(part: object, name: string): object {
  return new Proxy(part, {
    get(target, key) {
      if (key in target || typeof key === 'symbol' || key === 'then') return Reflect.get(target, key) as unknown;
      throw new NotSimulated(`A simulation has no ${name}.${key}.`);
    },
  });
}

function people(memory: Memory) {
  const canonical = (id: Profile['id']): Profile | undefined => {
    const found = memory.profiles.get(id);
    return found?.mergedInto ? canonical(found.mergedInto) : found;
  };
  return {
    profiles: {
      canonical: async (_ws, id) => canonical(id),
      canonicalOf: async (_ws, ids) =>
        new Map(
          ids.flatMap((id) => {
            const found = canonical(id);
            return found ? [[id, found] as const] : [];
          }),
        ),
      byIds: async (_ws, ids) => ids.flatMap((id) => memory.profiles.get(id) ?? []),
      noteEnrollments: async (_ws, id) => {
        const profile = memory.profiles.get(id);
        if (profile) memory.profiles.set(id, { ...profile, hasEnrollments: true });
        return profile !== undefined;
      },
    } satisfies Part<'profiles', 'canonical' | 'canonicalOf' | 'byIds' | 'noteEnrollments'>,
    identifiers: {
      key: (_ws, identifier) => identifierName(identifier),
      read: async (keys) => {
        const owned = keys.flatMap((key) => {
          const owner = memory.owners.get(key);
          return owner ? [[key, owner] as const] : [];
        });
        return { owners: new Map(owned), erased: new Map(), notes: new Map() };
      },
    } satisfies Part<'identifiers', 'key' | 'read'>,
    groups: {
      read: async (_ws, refs) => refs.flatMap((ref) => memory.groups.get(groupName(ref)) ?? []),
      firstMembers: async () =>
        [...memory.profiles.values()].map(({ id, createdAt }) => ({ profile: id, since: createdAt })),
    } satisfies Part<'groups', 'read' | 'firstMembers'>,
    suppressions: {
      hasAny: async () => memory.suppressions.size > 0,
      check: async (_ws, identifiers) => memory.suppressionsOf(identifiers),
    } satisfies Part<'suppressions', 'hasAny' | 'check'>,
  };
}

function behaviour(memory: Memory) {
  const isPendingFor = (keys: readonly string[], named: readonly { type: string; value: string }[]): boolean =>
    named.some((identifier) => keys.includes(identifierName(identifier)));
  return {
    events: {
      byMessageId: async (_ws, messageId) => memory.events.get(messageId) ?? null,
      history: async (_ws, profiles, names) =>
        memory.historyOf(profiles).filter(({ name }) => names?.includes(name) ?? true),
      between: async (_ws, profiles, { events, from, to }) =>
        memory.historyOf(profiles).filter((event) => {
          const at = effectiveAt(event);
          return (events.includes('*') || events.includes(event.name)) && at >= from && at < to;
        }),
      underWaitKeys: async (waitKeys, afterSeq = -1) =>
        [...memory.events.values()].filter(
          ({ waitKey, seq = -1 }) => waitKey !== undefined && waitKeys.includes(waitKey) && seq > afterSeq,
        ),
      pendingNamed: async (keys, name) =>
        memory.pending().filter((event) => event.name === name && isPendingFor(keys, event.identifiers)),
      hasPendingFor: async (keys, receivedBy) =>
        memory.pending().some((event) => event.receivedAt <= receivedBy && isPendingFor(keys, event.identifiers)),
      pendingAmong: async () => new Set<string>(),
      insertPending: async (events) => {
        for (const event of events) memory.accept(event);
        return { inserted: events.length, duplicateIndexes: [] };
      },
    } satisfies Part<
      'events',
      | 'byMessageId'
      | 'history'
      | 'between'
      | 'underWaitKeys'
      | 'pendingNamed'
      | 'hasPendingFor'
      | 'pendingAmong'
      | 'insertPending'
    >,
    memberships: {
      underWaitKeys: async (waitKeys) =>
        [...memory.stays.values()].filter(({ enteredWaitKey, exitedWaitKey }) =>
          [enteredWaitKey, exitedWaitKey].some((key) => key !== undefined && waitKeys.includes(key)),
        ),
    } satisfies Part<'memberships', 'underWaitKeys'>,
  };
}

function sessions(memory: Memory) {
  return {
    activity: {
      of: async (_ws, profiles, { after, upTo, most }) =>
        memory
          .historyOf(profiles)
          .filter((event) => isOfPerson(event) && event.occurredAt > after && event.occurredAt <= upTo)
          .map(({ occurredAt }) => occurredAt)
          .sort((one, other) => other - one)
          .slice(0, most),
    } satisfies Part<'activity', 'of'>,
  };
}
