import type { SuppressionList } from '../../consent/suppression';
import type { Event, RuleEvent } from '../../events/event';
import type { IdentifierNote } from '../../identity/quarantine';
import type { Group, GroupRef } from '../../groups/group';
import type { ProfileId, WorkspaceId } from '../../ids';
import type { RuleMadeGroup } from '../../groups/group-rules';
import type { Enrollment } from '../../journeys/enrollment';
import type { EntryContext, IgnoredEntry } from '../../journeys/routing';
import type { ChangeSet } from '../change-set';
import type { Unmerge } from '../unmerge-facts';
import type { Profile } from '../profile';
import type { Ruleset } from '../ruleset';

export interface FoldInput {
  readonly ws: WorkspaceId;
  /** The store's clock, never earlier than any receipt in `events`. */
  readonly now: number;
  readonly ruleset: Ruleset;
  /** In order of arrival. Empty for the clock and for back-fills, which only evaluate `profiles`. */
  readonly events: readonly Event[];
  /** Living profiles: the owners of the events' identifiers, or those to evaluate. */
  readonly profiles: readonly Profile[];
  /** Owner by `identifierName`, as living profile ids. */
  readonly owners: ReadonlyMap<string, ProfileId>;
  /** When identifiers of the events were erased, by `identifierName`. */
  readonly erased: ReadonlyMap<string, number>;
  /** What is remembered of the events' identifiers beside their owners, by `identifierName`; those of keepers are among `profiles`. */
  readonly notes: ReadonlyMap<string, IdentifierNote>;
  /** The groups of these profiles, and those that the events name, by `groupName`; read before the enrollments. */
  readonly groups: ReadonlyMap<string, GroupRead>;
  /** Open enrollments of these profiles. */
  readonly enrollments: readonly Enrollment[];
  /** What the suppression lists say of these people and of the events' identifiers, read after the profiles. */
  readonly suppressions: SuppressionList;
  readonly stored: StoredEvents;
  /** Of an event that takes a merge back, which is folded alone; absent when there is none, or nothing to take back any more. */
  readonly unmerge?: Unmerge | undefined;
  readonly makeProfileId: () => ProfileId;
  readonly makeEnrollmentId: EntryContext['makeId'];
  /** Names a group that a rule makes, so that its key tells nothing of what is in it. */
  readonly makeGroupKey: (of: RuleMadeGroup) => string;
}

/** A group as it was read, unless nobody is in it, with its open enrollments, which were read after it. */
export interface GroupRead {
  readonly group: Group | undefined;
  readonly enrollments: readonly Enrollment[];
}

/** Stored events that were read because an earlier try asked for them. */
export interface StoredEvents {
  /** Whole history as far as conditions ask for it, by `historyName`. */
  readonly histories: ReadonlyMap<string, readonly RuleEvent[]>;
  /** Matching events of one edge bucket, by `edgeName`. */
  readonly edges: ReadonlyMap<string, readonly RuleEvent[]>;
  /** Groups that a fold came upon, by `groupName`. */
  readonly groups: ReadonlyMap<string, GroupRead>;
}

/** What a fold found missing. The caller reads it and folds again; nothing was decided yet. */
export interface Needs {
  readonly histories: readonly HistoryRead[];
  readonly edges: readonly EdgeRead[];
  readonly groups: readonly GroupRef[];
}

/** Everything conditions ask for of one person, under every id whose events are theirs by now. */
export interface HistoryRead {
  readonly ids: readonly ProfileId[];
}

/** A time range of stored events, `from` inclusive and `to` exclusive, that decides a window's lower edge. */
export interface EdgeRead extends HistoryRead {
  readonly key: string;
  /** Names; `*` is any. */
  readonly events: readonly string[];
  readonly from: number;
  readonly to: number;
}

export const historyName = ({ ids }: Pick<HistoryRead, 'ids'>): string => ids.join();

export const edgeName = (read: Pick<EdgeRead, 'ids' | 'key' | 'from' | 'to'>): string =>
  `${historyName(read)}|${read.key}|${read.from}|${read.to}`;

export type FoldOutcome =
  | {
      readonly done: true;
      readonly changes: ChangeSet;
      /** Why journeys did not begin: nothing to write, only to count. */
      readonly ignored: readonly IgnoredEntry[];
    }
  | { readonly done: false; readonly needs: Needs };
