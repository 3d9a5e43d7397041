import {
  consentRecords,
  deliveries,
  enrollments,
  events,
  exportChunks,
  householdSends,
  memberships,
  merges,
  sendPlaces,
} from './clear-rows';
import { syncMembers, syncUnits } from './clear-destinations';
import { importRows } from './clear-import-rows';
import { imports } from './clear-imports';
import { deadLetters } from './clear-letters';
import { deadEvents, pendingEvents } from './clear-pending';
import type { Place } from './place';

/** Why an erasure has nothing to do in a collection. */
type NothingOf = string;

/**
 * Every collection, in the order in which an erasure goes through them: how what is of a person is cleared there, or why nothing is. A
 * new collection adds its line here.
 */
export const places: Readonly<Record<string, readonly Place[] | NothingOf>> = {
  profiles: 'a tombstone since the first transaction',
  identifiers: 'tombstones since the first transaction: keyed hashes',
  groups: 'left by the first transaction; the traits of a group are those of everybody in it, and go with the last one',
  groupMembers: 'left by the first transaction',
  events: [events, pendingEvents, deadEvents],
  consentRecords: [consentRecords],
  memberships: [memberships],
  merges: [merges],
  deadLetters: [deadLetters],
  exportChunks: [exportChunks],
  importRows: [importRows],
  importChunks:
    'files on their way: what they say of somebody erased is refused when it is applied, and they go when their import ends',
  enrollments: [enrollments],
  // What was sent to destinations decides what the receipt says of them, so it is cleared after they have answered.
  syncMembers: [syncMembers],
  syncUnits: [syncUnits],
  deliveries: [deliveries],
  // Taken by the attempts of runs, which have ended by now.
  sendPlaces: [sendPlaces],
  householdSends: [householdSends],
  // Waits for imports that are under way, so it comes last.
  imports: [imports],
  suppressions: 'keyed hashes and masked hints: that somebody must not be reached outlasts them',
  pullStates: 'cursors',
  sourceTests: 'sealed, for minutes',
  idempotency: 'sealed, for a day',
  operations: 'ids and keyed hashes; columns of imports go with those',
  outbox: 'ids, for seconds',
  audiences: 'definitions',
  audienceVersions: 'definitions',
  changeFeeds: 'counters; the changes stand in memberships, where the exit names the id that followers take off',
  attachments: 'definitions',
  destinations: 'definitions',
  journeys: 'definitions',
  journeyVersions: 'definitions',
  experiments: 'counts: which variant has won',
  sources: 'definitions',
  purposes: 'definitions',
  computedTraits: 'definitions',
  trackingPlans: 'definitions',
  catalogueEvents: 'names, types and counts; samples are not of people',
  sourceHours: 'counts',
  audit: 'ids: who did what about whom',
  keys: 'no customers',
  workspaces: 'no customers',
  migrations: 'no customers',
};

/** The steps of an erasure, one after the other. */
export const clearings: readonly { readonly name: string; readonly place: Place }[] = Object.entries(places).flatMap(
  ([name, of]) => (typeof of === 'string' ? [] : of.map((place) => ({ name, place }))),
);
