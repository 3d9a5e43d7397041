import { affectedBy } from '../../audiences/evaluate-memberships';
import { emptyState, observe, prune } from '../../audiences/behaviour/behaviour';
import { effectiveAt, toRuleEvent, type Event } from '../../events/event';
import { readEnroll } from '../../events/enroll';
import { own, withKey } from '../../json';
import type { Cause } from '../../journeys/trigger';
import { eventWaitKey, traitWaitKey } from '../../journeys/wait-keys';
import type { AppliedEvent, ChangeSet, EnrollmentWrite, OutboxWork, ProfileWrite } from '../change-set';
import { conditionsFor } from '../ruleset';
import { hasOtherAddress } from '../present';
import type { Profile } from '../profile';
import { refuseOversize } from '../profile-limits';
import { roomForTraits } from '../untrusted-room';
import { toRecord, writeConsent } from '../write-consent';
import { writeTraits } from '../write-traits';
import { desiredMembers } from './desired-members';
import { heedGroupCall } from './fold-groups';
import { groupChanges, groupWork } from './group-changes';
import { nextSeq, type OpenProfile } from './open-profile';
import { evaluateProfile, instantOf, regroup, upgrade } from './evaluate-profile';
import type { FoldInput, FoldOutcome } from './fold-input';
import { heedExposure } from './heed-exposure';
import { causeBy, heedListing } from './heed-listing';
import { heldStays } from './hold-out';
import { heedSuppressions } from './heed-suppressions';
import { resolveEvent } from './resolve-event';
import { reachEdges, runJourneys } from './run-journeys';
import { unmerge } from './unmerge';
import { withoutErased } from './without-erased';
import { WorkspaceFold, type Run } from './workspace-fold';

/**
 * Folds a batch of events into profiles, in order: identity → traits and consent → behaviour state → audiences → journeys.
 * Pure; answers everything one transaction must write, or the stored events it needs to read before it can decide.
 */
export function foldEvents(input: FoldInput): FoldOutcome {
  const fold = new WorkspaceFold(input);
  for (const event of input.events) {
    const admitted = withoutErased(fold, event);
    if (admitted) foldEvent(fold, admitted);
  }
  return outcomeOf(fold);
}

/** Evaluates profiles because time has passed (`clock`) or definitions have changed. */
export function foldTime(input: FoldInput): FoldOutcome {
  const fold = new WorkspaceFold(input);
  for (const open of fold.opened.values()) {
    const firstEdge = fold.edges.length;
    upgrade(fold, open);
    prunePast(fold, open);
    regroup(fold, open);
    evaluateProfile(fold, open, 'clock');
    open.isTouched = true;
    reachEdges(fold, open, firstEdge);
  }
  return outcomeOf(fold);
}

function foldEvent(fold: WorkspaceFold, event: Event): void {
  const beforeEvent = fold.edges.length;
  const open = resolveEvent(fold, event);
  restrictTest(open, event);
  const { unmerge: read } = fold.input;
  if (read && read.merge.absorbed === event.unmerges && read.merge.survivor === open.profile.id)
    unmerge(fold, open, event, read);
  const firstEdge = letTimePass(fold, open, event, beforeEvent);
  const changed = write(fold, open, event);
  const seq = nextSeq(open);
  const waitKey = eventWaitKey(fold.input.ws, open.profile.id, event.name);
  const { messageId } = event;
  fold.applied.push({ messageId, profile: open.profile.id, seq, waitKey, ...outcomeFor(fold, event) });
  open.waitKeys.add(waitKey);
  open.causedAt = Math.max(open.causedAt, event.receivedAt);
  const isFirst = seq === 1;
  evaluateAfter(fold, open, event, { changed, isFirst });
  runJourneys(fold, open, { kind: 'event', event: toCauseEvent(event), seq });
  reachEdges(fold, open, firstEdge);
}

/** Who was made up for a test is restricted before anything else happens to them; somebody who was there before is not made up. */
function restrictTest(open: OpenProfile, event: Event): void {
  if (!readEnroll(event)?.test || open.readRev !== undefined || open.profile.seq > 0) return;
  open.profile = { ...open.profile, isTest: true, restrictedAt: event.receivedAt };
}

/**
 * Dates are compared with the instant at which the event happened, and not with that of its application: which of several has come decides
 * who begins, and an event that is yet to be applied may move one that has come since. The clock looks at them again.
 */
function evaluateAfter(
  fold: WorkspaceFold,
  open: OpenProfile,
  event: Event,
  { changed, isFirst }: { readonly changed: ReturnType<typeof write>; readonly isFirst: boolean },
): void {
  const { audiences, dated } = fold.input.ruleset;
  const touched = audiences.filter((audience) => isFirst || affectedBy(audience.rule, changed)).map(({ key }) => key);
  const cause = causeBy(fold, changed);
  const dates = new Set(touched.filter((key) => dated.has(key)));
  if (dates.size > 0) evaluateProfile(fold, open, cause, dates, Math.min(effectiveAt(event), instantOf(fold, open)));
  evaluateProfile(fold, open, cause, isFirst ? undefined : new Set(touched), instantOf(fold, open), dated);
}

function toCauseEvent(event: Event): Extract<Cause, { kind: 'event' }>['event'] {
  const { messageId, occurredAt, receivedAt, emittedBy } = event;
  return { ...toRuleEvent(event), messageId, occurredAt, receivedAt, ...(emittedBy && { emittedBy }) };
}

/**
 * What should have changed by time alone before the event happened, and did not because nobody looked, changes first: who left and
 * comes back has left; who was kept in by the event has not. Answers where the edges of the event itself begin.
 */
function letTimePass(fold: WorkspaceFold, open: OpenProfile, event: Event, firstEdge: number): number {
  const happenedAt = Math.min(effectiveAt(event), instantOf(fold, open));
  if ((open.profile.nextCheckAt ?? Infinity) > happenedAt) return firstEdge;
  regroup(fold, open, happenedAt);
  evaluateProfile(fold, open, 'clock', new Set(inGroups(fold, open)), happenedAt);
  reachEdges(fold, open, firstEdge);
  return fold.edges.length;
}

/** What others in the person's groups did may have made them due, and only these audiences ask for it. */
const inGroups = ({ input }: WorkspaceFold, { profile }: OpenProfile): string[] =>
  profile.groups === undefined
    ? []
    : input.ruleset.audiences.filter(({ rule }) => rule.dependsOn.groups.length > 0).map(({ key }) => key);

/** The event's own writes to the profile; answers what they changed, so that only rules that ask for it are evaluated. */
function write(fold: WorkspaceFold, open: OpenProfile, event: Event): Parameters<typeof affectedBy>[1] {
  const hadNewIdentifiers = open.hasNewIdentifiers;
  const ruleEvent = toRuleEvent(event);
  const wasInGroups = open.profile.groups !== undefined;
  const changed = { ...writeFacts(fold, open, event), lists: heedListing(fold, open, event) };
  heedExposure(open, ruleEvent);
  heedGroupCall(fold, open, event);
  if (touchesGroups(fold, changed.traits)) regroup(fold, open);
  for (const trait of changed.traits ?? [])
    if (fold.input.ruleset.waitedTraits.has(trait))
      open.waitKeys.add(traitWaitKey(fold.input.ws, open.profile.id, trait));
  for (const { key, condition } of conditionsFor(fold.input.ruleset, event.name)) {
    const present = own(open.profile.states, key) ?? emptyState(condition);
    const state = prune(condition, observe(condition, present, ruleEvent), instantOf(fold, open));
    open.profile = { ...open.profile, states: withKey(open.profile.states, key, state) };
  }
  open.batch.push(ruleEvent);
  const groups = wasInGroups || open.profile.groups !== undefined;
  return { ...changed, events: [event.name], identifiers: hadNewIdentifiers, audiences: [], groups };
}

function touchesGroups({ input }: WorkspaceFold, traits: Iterable<string> = []): boolean {
  for (const name of traits) if (input.ruleset.groups.traits.has(name)) return true;
  return false;
}

/** What is stamped on an event because of what it named. */
function outcomeFor(fold: WorkspaceFold, { messageId }: Event): Pick<AppliedEvent, 'stripped' | 'blocked'> {
  const stripped = fold.stripped.get(messageId);
  const blocked = fold.blocked
    .get(messageId)
    ?.map(({ identifier: { type }, reason, from }) => ({ type, reason, ...(from && { from }) }));
  return { ...(stripped && { stripped }), ...(blocked && { blocked }) };
}

function writeFacts(
  fold: WorkspaceFold,
  open: OpenProfile,
  event: Event,
): Pick<Parameters<typeof affectedBy>[1], 'traits' | 'consents'> {
  const before = open.profile;
  const isIdentify = event.kind === 'identify';
  const traits = isIdentify ? writeSaid(fold, before, event) : { facts: before.traits, changed: [] };
  const consent = writeConsent(before.consent, event, fold.input.ruleset.purposes);
  open.profile = { ...before, traits: traits.facts, consent: consent.facts };
  if (isIdentify && hasOtherAddress(before, open.profile)) open.hasNewIdentifiers = true;
  if (consent.changed.length > 0) open.hasNewConsent = true;
  fold.consents.push(...consent.statements.map((said) => toRecord(said, before.id, event)));
  // Nothing else makes a profile grow, apart from states, which have bounds of their own.
  if (isIdentify || open.hasNewConsent || open.hasNewIdentifiers) refuseOversize(open.profile);
  return { traits: traits.changed, consents: consent.changed };
}

function writeSaid(fold: WorkspaceFold, { traits }: Profile, event: Event): ReturnType<typeof writeTraits> {
  const { traits: rules } = fold.input.ruleset.identity;
  const said = { ...event, at: effectiveAt(event) };
  const room = event.isTrusted ? said : { ...said, traits: roomForTraits(traits, said, rules) };
  return writeTraits(traits, room, rules);
}

function prunePast(fold: WorkspaceFold, open: OpenProfile): void {
  const states = Object.entries(open.profile.states).map(([key, state]) => {
    const condition = fold.input.ruleset.conditions.get(key);
    return [key, condition ? prune(condition, state, instantOf(fold, open)) : state] as const;
  });
  open.profile = { ...open.profile, states: Object.fromEntries(states) };
}

function outcomeOf(fold: WorkspaceFold): FoldOutcome {
  if (fold.isMissingReads)
    return {
      done: false,
      needs: {
        histories: [...fold.neededHistories.values()],
        edges: [...fold.neededEdges.values()],
        groups: [...fold.neededGroups.values()],
      },
    };
  return { done: true, changes: changesOf(fold), ignored: fold.ignored };
}

function changesOf(fold: WorkspaceFold): ChangeSet {
  heedSuppressions(fold);
  const syncs = desiredMembers(fold);
  const runs = [...fold.runs.values()].filter((run) => run.isChanged);
  return {
    profiles: [...fold.opened.values()].filter((open) => open.isTouched).map((open) => toWrite(fold, open)),
    identifiers: [...fold.identifiers.values()],
    notes: [...fold.notes.values()],
    released: [...fold.released.values()],
    merges: fold.merges,
    mergeChanges: fold.mergeChanges,
    pointers: fold.pointers(),
    edges: fold.edges,
    heldStays: [...fold.opened.values()].filter((open) => open.isTouched).flatMap(heldStays),
    enrollments: runs.map(toEnrollmentWrite),
    syncs,
    applied: fold.applied.map((one) => ({ ...one, ...fold.asked.get(one.messageId) })),
    consents: fold.consents,
    refused: fold.refused,
    ...groupChanges(fold),
    outbox: [...starts(fold), ...wakes(fold), ...rings(syncs), ...groupWork(fold)],
  };
}

function toWrite(fold: WorkspaceFold, { profile, readRev }: OpenProfile): ProfileWrite {
  const evaluatedAt = Math.max(profile.evaluatedAt, fold.input.now);
  return { profile: { ...profile, rev: profile.rev + 1, evaluatedAt }, ...(readRev !== undefined && { readRev }) };
}

/** One write, one revision, however often the fold touched the run. */
function toEnrollmentWrite({ enrollment, readRev }: Run): EnrollmentWrite {
  return readRev === undefined ? { enrollment } : { enrollment: { ...enrollment, rev: readRev + 1 }, readRev };
}

function starts(fold: WorkspaceFold): OutboxWork[] {
  return [...fold.runs.values()]
    .filter((run) => run.readRev === undefined)
    .map((run) => ({ kind: 'start-enrollment', enrollment: run.enrollment.id }));
}

/** One wake row per profile with enrollments, not one per event. */
function wakes(fold: WorkspaceFold): OutboxWork[] {
  const waiting = new Set(
    [...fold.runs.values()].filter((run) => run.readRev !== undefined).map((run) => run.enrollment.profile),
  );
  const woken = [...fold.opened.values()].filter(
    (open) => open.isTouched && open.waitKeys.size > 0 && waiting.has(open.profile.id),
  );
  // A run that somebody else of the household ended.
  const elsewhere = [...fold.runs.values()].flatMap(({ enrollment, readRev, isChanged }) =>
    readRev !== undefined && isChanged && !fold.opened.has(enrollment.profile) ? [enrollment.profile] : [],
  );
  return [
    ...woken.map(({ profile, waitKeys }) => ({
      kind: 'wake' as const,
      profile: profile.id,
      lineage: profile.lineage,
      waitKeys: [...waitKeys],
    })),
    ...[...new Set(elsewhere)].map((profile) => ({ kind: 'wake' as const, profile, lineage: [], waitKeys: [] })),
  ];
}

function rings(syncs: ChangeSet['syncs']): OutboxWork[] {
  const pairs = new Map(
    syncs.map(({ audience, destination }) => [`${audience}|${destination}`, { audience, destination }]),
  );
  return [...pairs.values()].map((pair) => ({ kind: 'sync', ...pair }));
}
