import type { Suppression } from '../domain/consent/suppression';
import { toRuleEvent, type Event, type Identifier } from '../domain/events/event';
import { identifierName } from '../domain/identity/identifier-types';
import { groupName, isSameGroup, presentGroups, type Group, type GroupRef } from '../domain/groups/group';
import type { IdentifierNote } from '../domain/identity/quarantine';
import { enrollmentId, profileId, type ProfileId } from '../domain/ids';
import type { Enrollment } from '../domain/journeys/enrollment';
import type {
  AppliedEvent,
  ChangeSet,
  DesiredMember,
  MembershipEdge,
  Merge,
  OutboxWork,
} from '../domain/profiles/change-set';
import {
  edgeName,
  historyName,
  type FoldInput,
  type FoldOutcome,
  type Needs,
} from '../domain/profiles/fold/fold-input';
import { foldEvents, foldTime } from '../domain/profiles/fold/fold';
import { eraseProfile } from '../domain/privacy/erase-profile';
import { idsOf } from '../domain/profiles/present';
import type { Profile } from '../domain/profiles/profile';
import type { Ruleset } from '../domain/profiles/ruleset';
import { testWorkspace } from './builders';
import { planUnmerge, type LogRow } from './plan-unmerge';

/** The store as folds leave it, in memory: the whole incremental path without a server. */
export class FoldedWorld {
  readonly profiles = new Map<ProfileId, Profile>();
  readonly enrollments = new Map<string, Enrollment>();
  /** Every edge there was, in order. */
  readonly edges: MembershipEdge[] = [];
  /** What every applied event was stamped with, in order. */
  readonly applied: AppliedEvent[] = [];
  /** Every wish of what a destination should hold, in order. */
  readonly syncs: DesiredMember[] = [];
  /** What the suppression lists say, by `identifierName`. */
  readonly suppressions = new Map<string, readonly Suppression[]>();
  /** Events that were refused, since everybody they name was erased. */
  readonly refused: string[] = [];
  readonly groups = new Map<string, Group>();
  /** Whose members were to be asked again, in order. */
  readonly askedGroups: Extract<OutboxWork, { kind: 'group' }>[] = [];
  readonly #owners = new Map<string, ProfileId>();
  readonly #erased = new Map<string, number>();
  readonly notes = new Map<string, IdentifierNote>();
  /** The ledger of merges, in order. */
  readonly merges: Merge[] = [];
  readonly #broughtBy = new Map<string, string>();
  #log: LogRow[] = [];
  #made = 0;

  constructor(public ruleset: Ruleset) {}

  ownerOf(identifier: Identifier): ProfileId | undefined {
    return this.#owners.get(identifierName(identifier));
  }

  /** Ends a quarantine, as the API does. */
  release(identifier: Identifier): void {
    const name = identifierName(identifier);
    if (this.notes.get(name)?.quarantine) this.notes.delete(name);
  }

  /** Names of all identifiers that somebody has. */
  owned(): ReadonlySet<string> {
    return new Set(this.#owners.keys());
  }

  /** Applies events in batches, as the intake does. */
  apply(events: readonly Event[], now: number, batchSize = 500): void {
    for (let start = 0; start < events.length; start += batchSize)
      this.#fold(foldEvents, events.slice(start, start + batchSize), now);
  }

  /** Takes back the merge of a profile with the one that absorbed it, as the intake does. */
  unmerge(absorbed: ProfileId, now: number): void {
    const { profiles, merges, ruleset } = this;
    const world = { profiles, merges, ruleset, log: this.#log, broughtBy: this.#broughtBy };
    const { event, log, unmerge } = planUnmerge(world, absorbed, now);
    this.#log = log;
    this.#fold(foldEvents, [event], now, { unmerge });
  }

  /** Evaluates members of groups whose answers have changed, as the clock and the back-fill do, until none does. */
  settle(now: number): void {
    for (let work = this.askedGroups.shift(); work; work = this.askedGroups.shift()) {
      const { behind } = work;
      for (const profile of this.membersOf(work)) {
        const isBehind = behind !== undefined && profile.rulesetVersion > behind;
        this.profiles.set(profile.id, isBehind ? { ...profile, rulesetVersion: behind } : profile);
        this.#fold(foldTime, [], now, { only: [profile.id] });
      }
    }
  }

  membersOf(ref: GroupRef): Profile[] {
    return this.living().filter(({ groups }) => presentGroups(groups).some((one) => isSameGroup(one, ref)));
  }

  /** Evaluates everybody at `now`, or only some, as the clock and the back-fill do. */
  tick(now: number, only?: readonly ProfileId[]): void {
    this.#fold(foldTime, [], now, { ...(only && { only }) });
  }

  /** Erases whoever has the identifier, or the identifier alone, as the transaction and the steps of an erasure do. */
  erase(identifier: Identifier, now: number): void {
    const owner = this.#owners.get(identifierName(identifier)) ?? this.#keeperOf(identifier);
    const profile = owner === undefined ? undefined : this.profiles.get(owner);
    const names = profile?.identifiers.map(identifierName) ?? [];
    for (const name of names.length > 0 ? names : [identifierName(identifier)]) {
      this.#owners.delete(name);
      this.#erased.set(name, now);
      this.notes.delete(name);
    }
    if (!profile) return;
    const enrollments = [...this.enrollments.values()].filter((run) => run.profile === profile.id);
    const erased = eraseProfile({ profile, enrollments, pairs: [], rulesetVersion: this.ruleset.version, now });
    this.profiles.set(profile.id, erased.profile);
    this.edges.push(...erased.edges);
    for (const { enrollment } of erased.enrollments) this.enrollments.set(enrollment.id, enrollment);
    this.#log = this.#log.filter((row) => !idsOf(profile).includes(row.profile));
  }

  #keeperOf(identifier: Identifier): ProfileId | undefined {
    return this.notes.get(identifierName(identifier))?.quarantine?.keeper;
  }

  living(): Profile[] {
    return [...this.profiles.values()].filter(
      ({ mergedInto, erasedAt }) => mergedInto === undefined && erasedAt === undefined,
    );
  }

  /** How many are in an audience. */
  size(audience: string): number {
    return this.living().filter((profile) => Object.hasOwn(profile.memberships, audience)).length;
  }

  historyOf({ id, lineage }: Profile): Event[] {
    return this.#historyUnder([id, ...lineage]);
  }

  #historyUnder(ids: readonly ProfileId[]): Event[] {
    const wanted = new Set(ids);
    return this.#log.filter((row) => wanted.has(row.profile)).map((row) => row.event);
  }

  #fold(
    fold: (input: FoldInput) => FoldOutcome,
    events: readonly Event[],
    now: number,
    { unmerge, only }: { unmerge?: FoldInput['unmerge']; only?: readonly ProfileId[] } = {},
  ): void {
    const input: FoldInput = {
      ws: testWorkspace,
      now,
      ruleset: this.ruleset,
      events,
      ...this.#touchedBy(fold === foldTime ? undefined : events, now, only),
      suppressions: this.suppressions,
      groups: new Map(),
      stored: { histories: new Map(), edges: new Map(), groups: new Map() },
      unmerge,
      makeGroupKey: ({ content }) => `hh_${content}`,
      makeProfileId: () => profileId(`prf_${(this.#made += 1)}`),
      makeEnrollmentId: (...parts) => enrollmentId(`enr_${parts.join('-')}`),
    };
    let outcome = fold(input);
    let stored = input.stored;
    for (let reads = 0; !outcome.done && reads < 20; reads += 1) {
      stored = this.#read(stored, outcome.needs, now);
      outcome = fold({ ...input, stored });
    }
    if (!outcome.done) throw new Error('The fold keeps asking for stored events.');
    this.#write(outcome.changes, events);
  }

  /** No more than the store is asked for: the owners of what a batch names, and their open runs. Everybody without a batch. */
  #touchedBy(
    events: readonly Event[] | undefined,
    now: number,
    only?: readonly ProfileId[],
  ): Pick<FoldInput, 'profiles' | 'owners' | 'erased' | 'notes' | 'enrollments'> {
    const names = events?.flatMap((event) => event.identifiers.map(identifierName)) ?? [];
    const owners = new Map(
      names.flatMap((name) => {
        const owner = this.#owners.get(name);
        return owner === undefined ? [] : [[name, owner] as const];
      }),
    );
    const keepers = names.flatMap((name) => this.notes.get(name)?.quarantine?.keeper ?? []);
    const read = new Set([...owners.values(), ...keepers]);
    const profiles = this.living().filter(({ id }) => (events ? read.has(id) : (only?.includes(id) ?? true)));
    const subjects = new Set(profiles.map(({ id }) => id));
    const runs = [...this.enrollments.values()].filter(
      ({ profile, openUntil }) => subjects.has(profile) && openUntil >= now,
    );
    return { profiles, owners, erased: this.#erased, notes: this.notes, enrollments: runs };
  }

  #read(have: FoldInput['stored'], needs: Needs, now: number): FoldInput['stored'] {
    const histories = needs.histories.map(
      (read) => [historyName(read), this.#historyUnder(read.ids).map(toRuleEvent)] as const,
    );
    const edges = needs.edges.map((read) => {
      const inRange = this.#historyUnder(read.ids)
        .map(toRuleEvent)
        .filter(({ at }) => at >= read.from && at < read.to);
      const isAsked = ({ name }: { name: string }) => ['*', name].some((one) => read.events.includes(one));
      return [edgeName(read), inRange.filter(isAsked)] as const;
    });
    const groups = needs.groups.map((ref) => {
      const runs = [...this.enrollments.values()].filter(
        ({ household, openUntil }) => ref.type === 'household' && household?.key === ref.key && openUntil >= now,
      );
      return [groupName(ref), { group: this.groups.get(groupName(ref)), enrollments: runs }] as const;
    });
    return {
      histories: new Map([...have.histories, ...histories]),
      edges: new Map([...have.edges, ...edges]),
      groups: new Map([...have.groups, ...groups]),
    };
  }

  #writeGroups({ groups, outbox }: ChangeSet): void {
    for (const { group } of groups) this.groups.set(groupName(group), group);
    for (const { group } of groups) if (group.memberCount === 0) this.groups.delete(groupName(group));
    this.askedGroups.push(...outbox.flatMap((work) => (work.kind === 'group' ? [work] : [])));
  }

  #write(changes: ChangeSet, events: readonly Event[]): void {
    for (const { profile } of changes.profiles) this.profiles.set(profile.id, profile);
    this.#keepLedger(changes);
    for (const { identifier, profile, change, messageId } of changes.identifiers) {
      const name = identifierName(identifier);
      if (messageId !== undefined) this.#broughtBy.set(name, messageId);
      // As the store would refuse it.
      if (this.#owners.has(name) !== (change === 'move') || this.#erased.has(name) !== (change === 'lift'))
        throw new Error(`An identifier is written as ${change}.`);
      this.#owners.set(name, profile);
      this.#erased.delete(name);
    }
    for (const identifier of changes.released) this.#forget(identifier);
    this.#writeNotes(changes);
    for (const { enrollment } of changes.enrollments) this.enrollments.set(enrollment.id, enrollment);
    this.#writeGroups(changes);
    this.edges.push(...changes.edges);
    this.applied.push(...changes.applied);
    this.syncs.push(...changes.syncs);
    this.refused.push(...changes.refused.map(({ messageId }) => messageId));
    const byId = new Map(events.map((event) => [event.messageId, event]));
    for (const { messageId, profile, seq, stripped } of changes.applied) {
      const event = byId.get(messageId);
      if (event) this.#log.push({ event: { ...event, ...stripped }, profile, seq });
    }
  }

  #writeNotes({ notes }: ChangeSet): void {
    for (const { identifier, note, isNew } of notes) {
      const name = identifierName(identifier);
      // As the store would refuse it.
      if (isNew === (this.#owners.has(name) || this.notes.has(name))) throw new Error('A note is not as it was read.');
      if (note.quarantine) this.#owners.delete(name);
      this.notes.set(name, note);
    }
  }

  #forget(identifier: Identifier): void {
    const name = identifierName(identifier);
    if (!this.#owners.delete(name)) throw new Error('An identifier that nobody has is given up.');
    this.notes.delete(name);
  }

  #keepLedger({ merges, mergeChanges, pointers }: ChangeSet): void {
    this.merges.push(...merges);
    for (const { merge, undone, replaced } of mergeChanges) {
      const isIt = (one: Merge): boolean => one.absorbed === merge.absorbed && one.absorbedSeq === merge.absorbedSeq;
      const index = this.merges.findIndex(isIt);
      this.merges.splice(index, 1, ...(undone ? [] : [{ ...merge, ...(replaced && { replaced }) }]));
    }
    for (const { from, to } of pointers)
      for (const id of from) {
        const tombstone = this.profiles.get(id);
        if (tombstone) this.profiles.set(id, { ...tombstone, mergedInto: to });
      }
  }
}
