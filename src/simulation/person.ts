import { effectiveAt, type Event } from '../domain/events/event';
import { identifierName } from '../domain/identity/identifier-types';
import { groupName, type Group } from '../domain/groups/group';
import type { WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import type { CompiledJourney } from '../domain/journeys/compiled-journey';
import type { SuppressionList } from '../domain/consent/suppression';
import { newProfile, type Profile } from '../domain/profiles/profile';
import { journeyVersionKey } from '../domain/profiles/ruleset';
import type { EventDoc } from '../store/documents';
import type { Window } from './live-through';
import { Memory } from './memory';

/** Somebody as they are stored now. */
export interface StoredPerson {
  readonly profile: Profile;
  /** All that is stored of them, under every id that is theirs by now. */
  readonly events: readonly EventDoc[];
  readonly groups: readonly Group[];
  readonly suppressions: SuppressionList;
}

/** Of whose lives, and which journeys are lived anew in them. */
export interface Lives {
  readonly ws: WorkspaceId;
  readonly journeys: readonly CompiledJourney[];
  readonly rulesetVersion: number;
  readonly window: Window;
  /** Journeys beside them of which what they have said in the window is left out. */
  readonly silent?: readonly string[];
}

/** What a stored event is beside what was sent. */
const stamps = [
  ...(['_id', 'ws', 'state', 'pending', 'lane', 'bytes', 'n', 'pendingKeys', 'subject', 'profile', 'seq'] as const),
  ...(['waitKey', 'deadReason', 'deadKeys', 'expireAt', 'violations', 'blocked', 'blockedUnder'] as const),
  ...(['began', 'notBegun'] as const),
];

/**
 * The person before the first event that is stored of them, and their events in the order in which they came. What the journeys themselves have said in
 * the window is left out: they say it anew.
 */
export function beginLife(person: StoredPerson, lives: Lives): { readonly memory: Memory; readonly events: Event[] } {
  const { ws, journeys, window } = lives;
  const events = toLive(person.events, lives);
  const memory = new Memory(
    ws,
    new Map(journeys.map((journey) => [journeyVersionKey(journey.key, journey.version), journey])),
    person.suppressions,
  );
  const startsAt = Math.min(window.from, ...events.slice(0, 1).map(({ receivedAt }) => receivedAt));
  const profile = profileAt(person.profile, Math.min(startsAt, ...events.slice(0, 1).map(effectiveAt)), lives);
  memory.now = startsAt;
  memory.profiles.set(profile.id, profile);
  for (const identifier of profile.identifiers) memory.owners.set(identifierName(identifier), profile.id);
  for (const group of person.groups) memory.groups.set(groupName(group), group);
  return { memory, events };
}

function toLive(stored: readonly EventDoc[], { journeys, window, silent = [] }: Lives): Event[] {
  const sources = new Set([...journeys.map(({ key }) => key), ...silent].map((key) => `journey:${key}`));
  return stored
    .filter(({ state, isQuarantine, unmerges }) => state === 'applied' && !isQuarantine && unmerges === undefined)
    .map((event) => ({ ...event, receivedAt: cameAt(event) }))
    .filter(({ receivedAt, source }) => receivedAt <= window.to && !(receivedAt >= window.from && sources.has(source)))
    .sort((one, other) => one.receivedAt - other.receivedAt || one.n - other.n)
    .map((event) => omit(event, ...stamps));
}

/** What came by the bulk lane is lived when it happened: a journey over months that were loaded in an hour would begin and end in that hour. */
const cameAt = (event: EventDoc): number => (event.lane === 'bulk' ? effectiveAt(event) : event.receivedAt);

/** Of what they have now, that which no stored event has brought. */
function profileAt(profile: Profile, at: number, { rulesetVersion }: Lives): Profile {
  const older = <Fact extends { readonly at: number }>(facts: Readonly<Record<string, Fact>>) =>
    Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact.at < at));
  const { id, holdouts, experiments, groups, lists, restrictedAt } = profile;
  return {
    ...newProfile({ id, createdAt: Math.min(profile.createdAt, at), evaluatedAt: at, rulesetVersion }),
    rev: 1,
    identifiers: knownBy(profile, at),
    traits: older(profile.traits),
    consent: older(profile.consent),
    ...(lists && { lists: older(lists) }),
    ...(groups && { groups }),
    ...(holdouts && { holdouts }),
    ...(experiments && { experiments: older(experiments) }),
    ...(restrictedAt !== undefined && { restrictedAt }),
  };
}

/** Nobody is without an identifier: their first event names them by one. */
function knownBy({ identifiers }: Profile, at: number): Profile['identifiers'] {
  const first = Math.min(...identifiers.map(({ firstSeenAt }) => firstSeenAt));
  return identifiers.filter(({ firstSeenAt }) => firstSeenAt <= Math.max(at, first));
}
