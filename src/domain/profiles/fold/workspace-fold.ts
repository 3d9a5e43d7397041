import { effectiveAt, type Event, type Identifier } from '../../events/event';
import { groupName, newGroup, type Group, type GroupRef } from '../../groups/group';
import type { ProfileId } from '../../ids';
import { identifierName } from '../../identity/identifier-types';
import type { IdentifierNote } from '../../identity/quarantine';
import type { BlockedIdentifier } from '../../identity/resolve-identity';
import type { Enrollment } from '../../journeys/enrollment';
import type { IgnoredEntry } from '../../journeys/routing';
import type {
  AnsweredAsk,
  AppliedEvent,
  ConsentRecord,
  EventContent,
  IdentifierNoteWrite,
  IdentifierWrite,
  MembershipEdge,
  Merge,
  MergeChange,
  Pointer,
  RefusedEvent,
} from '../change-set';
import type { Profile } from '../profile';
import { openProfile, type OpenProfile } from './open-profile';
import type { EdgeRead, FoldInput, GroupRead, HistoryRead } from './fold-input';

/** An enrollment as it stands in this fold. */
export interface Run {
  enrollment: Enrollment;
  /** The revision that was read; absent for one that starts. */
  readonly readRev?: number;
  isChanged: boolean;
}

/** A group as it stands in this fold. */
export interface OpenGroup {
  group: Group;
  readonly before: Group;
  /** It has answered the rules of its members otherwise than before, at the end or in between, where some may have asked. */
  hasNews?: boolean;
  /** The revision that was read; absent for one that begins. */
  readonly readRev?: number;
  /** The lowest ruleset version of those whom a definition made count differently. */
  behind?: number;
}

const nothingNoted: IdentifierNote = { rev: 0, people: [] };

/** The working memory of one fold: what was read, and what was decided so far. Lives for one call. */
export class WorkspaceFold {
  readonly opened = new Map<ProfileId, OpenProfile>();
  readonly runs = new Map<string, Run>();
  readonly identifiers = new Map<string, IdentifierWrite>();
  readonly notes = new Map<string, IdentifierNoteWrite>();
  /** Stored ones that nobody has any more, by `identifierName`. */
  readonly released = new Map<string, Identifier>();
  readonly edges: MembershipEdge[] = [];
  readonly merges: Merge[] = [];
  readonly mergeChanges: MergeChange[] = [];
  readonly applied: AppliedEvent[] = [];
  readonly consents: ConsentRecord[] = [];
  readonly refused: RefusedEvent[] = [];
  /** By message id. */
  readonly stripped = new Map<string, EventContent>();
  /** Identifiers that a protection kept from a profile, by message id. */
  readonly blocked = new Map<string, readonly BlockedIdentifier[]>();
  readonly ignored: IgnoredEntry[] = [];
  /** What became of journeys that were asked for, by message id. */
  readonly asked = new Map<string, AnsweredAsk>();
  readonly groups = new Map<string, OpenGroup>();
  readonly neededGroups = new Map<string, GroupRef>();
  readonly neededHistories = new Map<string, HistoryRead>();
  readonly neededEdges = new Map<string, EdgeRead>();
  /** While a profile is brought to the present rules, the version it was written under. */
  upgradesFrom: number | undefined;
  readonly #owners: Map<string, ProfileId>;
  readonly #pointers = new Map<ProfileId, ProfileId>();
  readonly #lifted = new Set<string>();

  constructor(readonly input: FoldInput) {
    this.#owners = new Map(input.owners);
    for (const profile of input.profiles) this.opened.set(profile.id, openProfile(profile));
    for (const enrollment of input.enrollments) this.#addRun(enrollment);
  }

  #addRun(enrollment: Enrollment): void {
    if (!this.runs.has(enrollment.id))
      this.runs.set(enrollment.id, { enrollment, readRev: enrollment.rev, isChanged: false });
  }

  /** A group and its runs. One that was not read is asked for, and empty until then. */
  group(ref: GroupRef): OpenGroup {
    const name = groupName(ref);
    const open = this.groups.get(name) ?? this.#openGroup(ref, name);
    this.groups.set(name, open);
    return open;
  }

  #openGroup(ref: GroupRef, name: string): OpenGroup {
    const { groups, stored, now } = this.input;
    const read: GroupRead | undefined = groups.get(name) ?? stored.groups.get(name);
    if (!read) this.neededGroups.set(name, ref);
    const runs = read?.enrollments ?? [];
    for (const enrollment of runs) this.#addRun(enrollment);
    // Nobody was in it for a while: whoever is in it now does not enter anew what was begun for it.
    const group = read?.group ?? { ...newGroup(ref, now), entries: runs.length };
    return { group, before: group, ...(read?.group && { readRev: read.group.rev }) };
  }

  get isMissingReads(): boolean {
    return this.neededHistories.size > 0 || this.neededEdges.size > 0 || this.neededGroups.size > 0;
  }

  open(id: ProfileId): OpenProfile {
    const open = this.opened.get(id);
    if (!open) throw new Error(`Profile ${id} was not read for this fold.`);
    return open;
  }

  owner(identifier: Identifier): Profile | undefined {
    const id = this.#owners.get(identifierName(identifier));
    return id === undefined ? undefined : this.open(id).profile;
  }

  note(identifier: Identifier): IdentifierNote {
    const name = identifierName(identifier);
    return this.notes.get(name)?.note ?? this.input.notes.get(name) ?? nothingNoted;
  }

  writeNote(identifier: Identifier, note: Omit<IdentifierNote, 'rev'>): void {
    const name = identifierName(identifier);
    const readRev = this.input.notes.get(name)?.rev;
    const isNew = readRev === undefined && !this.#owners.has(name) && !this.identifiers.has(name);
    const before = this.notes.get(name);
    this.notes.set(name, {
      ...{ identifier, note: { ...note, rev: (readRev ?? 0) + 1 }, isNew: before ? before.isNew : isNew },
      ...(readRev !== undefined && { readRev }),
    });
  }

  /** Whoever comes with it next is the first. */
  release(identifier: Identifier): void {
    const name = identifierName(identifier);
    this.disown(identifier);
    const { change = 'move' } = this.identifiers.get(name) ?? {};
    this.identifiers.delete(name);
    this.notes.delete(name);
    if (change === 'move') this.released.set(name, identifier);
  }

  /** An identifier in quarantine is nobody's. */
  disown(identifier: Identifier): void {
    this.#owners.delete(identifierName(identifier));
  }

  /** When it was erased, unless that has been lifted since. */
  erasedAt(identifier: Identifier): number | undefined {
    const name = identifierName(identifier);
    return this.#lifted.has(name) ? undefined : this.input.erased.get(name);
  }

  lift(identifier: Identifier): void {
    this.#lifted.add(identifierName(identifier));
  }

  /** Records the first owner of an identifier that nobody had, or that was erased and is no longer. */
  attach(identifier: Identifier, profile: ProfileId, event: Event): void {
    const change = this.#lifted.has(identifierName(identifier)) ? 'lift' : 'new';
    const isStored = this.released.delete(identifierName(identifier));
    const { messageId, source } = event;
    const write = { profile, firstSeenAt: effectiveAt(event), messageId, source };
    this.#own(identifier, { ...write, change: isStored ? 'move' : change });
  }

  /** Records that an identifier follows its profile into a merge, whether or not an event of this batch named it. */
  follow(identifier: Identifier, profile: ProfileId, firstSeenAt: number): void {
    const written = this.identifiers.get(identifierName(identifier)) ?? { change: 'move' };
    this.#own(identifier, { ...written, profile, firstSeenAt });
  }

  #own(identifier: Identifier, write: Omit<IdentifierWrite, 'identifier'>): void {
    const name = identifierName(identifier);
    this.#owners.set(name, write.profile);
    this.identifiers.set(name, { ...write, identifier });
  }

  /** Has tombstones lead to another profile; what was said last counts. */
  point(from: readonly ProfileId[], to: ProfileId): void {
    for (const id of from) this.#pointers.set(id, to);
  }

  /** Every tombstone once, however many merges of this fold it went through. */
  pointers(): Pointer[] {
    const byTarget = new Map<ProfileId, ProfileId[]>();
    for (const [id, to] of this.#pointers) {
      const ids = byTarget.get(to);
      if (ids) ids.push(id);
      else byTarget.set(to, [id]);
    }
    return [...byTarget].map(([to, from]) => ({ from, to }));
  }

  changeRun(enrollment: Enrollment): void {
    const run = this.runs.get(enrollment.id);
    if (run) Object.assign(run, { enrollment, isChanged: true });
  }

  /** Of the people of a household, whoever of them came in. */
  runsOfHousehold(key: string): Run[] {
    return [...this.runs.values()].filter((run) => run.enrollment.household?.key === key);
  }

  runsOf(profile: ProfileId): Run[] {
    return [...this.runs.values()].filter((run) => run.enrollment.profile === profile);
  }
}
