import type { RuleEvent } from '../events/event';
import { own, type JsonObject } from '../json';
import type { Membership, Profile } from '../profiles/profile';
import { answer } from './behaviour/behaviour';
import type { BehaviourState } from './behaviour/behaviour-state';
import type { RuleView } from './rule-view';

/** The groups of one person by type. */
export type GroupsOf = RuleView['groups'];

export const noGroups: GroupsOf = () => [];

/** What rules read of a profile besides its behaviour. */
export type ProfileFacts = Pick<Profile, 'id' | 'traits' | 'identifiers' | 'consent' | 'lists' | 'memberships'>;

/** Stored events read for the edges of windows, by condition key. */
export type EdgeEvents = ReadonlyMap<string, readonly RuleEvent[]>;

const noEdges: EdgeEvents = new Map();
const noState: BehaviourState = {};

/** A profile as rules see it, its behaviour answered from bounded state. `memberships` replaces those of the profile. */
export function profileView(
  profile: ProfileFacts & Pick<Profile, 'states'>,
  edges: EdgeEvents = noEdges,
  memberships: Readonly<Record<string, Membership>> = profile.memberships,
  paths?: JsonObject,
  groups: GroupsOf = noGroups,
): RuleView {
  return {
    ...factsView({ ...profile, memberships }, paths, groups),
    behaviour: (condition, key, now) => answer(condition, own(profile.states, key) ?? noState, now, edges.get(key)),
  };
}

/** Everything a rule may know but behaviour. */
export function factsView(
  facts: ProfileFacts,
  paths?: JsonObject,
  groups: GroupsOf = noGroups,
): Omit<RuleView, 'behaviour'> {
  const { id, traits, identifiers, consent, lists = {}, memberships } = facts;
  return {
    id,
    trait: (key) => own(traits, key),
    hasIdentifier: (type) => identifiers.some((identifier) => identifier.type === type),
    consent: (purpose) => own(consent, purpose)?.status,
    listed: (list) => own(lists, list),
    isMember: (audience) => Object.hasOwn(memberships, audience),
    groups,
    ...(paths ? { paths } : {}),
  };
}
