import { emptyState, observe } from '../../audiences/behaviour-state';
import { profileView } from '../../audiences/profile-view';
import {
  evaluateMemberships,
  neededEdges,
  type CompiledAudience,
  type NeededEdge,
} from '../../audiences/evaluate-memberships';
import { historyView } from '../../audiences/history-view';
import type { Rule } from '../../audiences/rule.schema';
import type { RuleEvent } from '../../events/event';
import { omit, own, withKey, withoutKey, type JsonObject } from '../../json';
import type { EdgeCause } from '../change-set';
import { idsOf } from '../present';
import { compiled } from '../ruleset';
import { nextSeq, type Draft } from './draft';
import { edgeName, historyName, type HistoryRead } from './fold-input';
import type { WorkspaceFold } from './workspace-fold';

/** What an evaluation may leave out: audiences that nothing in this change can touch. Absent means all. */
export type Affected = ReadonlySet<string> | undefined;

/**
 * Brings a profile that was last written under older rules to the present ones, from its stored events, before anything else happens
 * to it: memberships that change here do so by definition, and what the live event changes afterwards is a live edge.
 */
export function upgrade(fold: WorkspaceFold, draft: Draft): void {
  const { ruleset, stored } = fold.input;
  if (draft.profile.rulesetVersion >= ruleset.version) return;
  const readVersion = draft.profile.rulesetVersion;
  const isUnchanged = (audience: string): boolean => (ruleset.audienceSince.get(audience) ?? Infinity) <= readVersion;
  const missing = [...ruleset.conditions].filter(([key]) => own(draft.profile.states, key) === undefined);
  const history = stored.histories.get(historyName(storedUnder(draft)));
  if (missing.length > 0 && draft.profile.seq > 0 && !history) {
    needHistory(fold, draft);
    return;
  }
  const kept = Object.entries(draft.profile.states).filter(([key]) => ruleset.conditions.has(key));
  const rebuilt = missing.map(([key, condition]) => {
    const events = history ?? [];
    return [key, events.reduce((state, event) => observe(condition, state, event), emptyState(condition))] as const;
  });
  draft.profile = {
    ...draft.profile,
    states: Object.fromEntries([...kept, ...rebuilt]),
    rulesetVersion: ruleset.version,
  };
  draft.isTouched = true;
  for (const audience of Object.keys(draft.profile.memberships))
    if (!ruleset.audiences.some(({ key }) => key === audience)) leaveAudience(fold, draft, audience, 'definition');
  // What time alone would have moved is not the definition's doing, and starts journeys as it would have.
  evaluateDraft(fold, draft, (audience) => (isUnchanged(audience) ? 'clock' : 'definition'));
}

/** Evaluates audiences and writes their edges. Answers the edges, in dependency order. */
export function evaluateDraft(
  fold: WorkspaceFold,
  draft: Draft,
  cause: EdgeCause | ((audience: string) => EdgeCause),
  affected?: Affected,
): void {
  const { audiences } = fold.input.ruleset;
  const now = instantOf(fold, draft);
  const edges = edgesFor(fold, draft, affected ? audiences.filter(({ key }) => affected.has(key)) : audiences);
  const outcome = evaluateMemberships(draft.profile, audiences, now, edges, affected);
  const causeOf = typeof cause === 'function' ? cause : () => cause;
  for (const audience of outcome.exited) leaveAudience(fold, draft, audience, causeOf(audience));
  for (const audience of outcome.entered) enterAudience(fold, draft, audience, causeOf(audience));
  draft.profile = {
    ...omit(draft.profile, 'nextCheckAt'),
    checks: outcome.checks,
    ...(outcome.nextCheckAt !== undefined && { nextCheckAt: outcome.nextCheckAt }),
  };
}

/** Evaluates a journey's entry rule for the profile as it now stands, this event's own writes included. */
export function matchesRule(fold: WorkspaceFold, draft: Draft, rule: Rule, paths: JsonObject): boolean {
  const { ruleset, stored } = fold.input;
  const now = instantOf(fold, draft);
  const ready = compiled(rule);
  if (ready.conditions.every(({ key }) => ruleset.conditions.has(key))) {
    const edges = readEdges(fold, draft, neededEdges(ready, draft.profile, now));
    return ready.evaluate(profileView(draft.profile, edges, draft.profile.memberships, paths), now).matches;
  }
  // A condition with a value bound from the entry event has no state of its own.
  const history = stored.histories.get(historyName(storedUnder(draft)));
  if (!history && isStored(draft)) needHistory(fold, draft);
  return ready.evaluate(historyView(draft.profile, [...(history ?? []), ...draft.batch], paths), now).matches;
}

export function leaveAudience(fold: WorkspaceFold, draft: Draft, audience: string, cause: EdgeCause): void {
  recordEdge(fold, draft, audience, 'exited', cause);
  draft.profile = { ...draft.profile, memberships: withoutKey(draft.profile.memberships, audience) };
}

function enterAudience(fold: WorkspaceFold, draft: Draft, audience: string, cause: EdgeCause): void {
  const version = recordEdge(fold, draft, audience, 'entered', cause);
  const memberships = withKey(draft.profile.memberships, audience, { enteredAt: instantOf(fold, draft), version });
  draft.profile = { ...draft.profile, memberships };
}

function recordEdge(
  fold: WorkspaceFold,
  draft: Draft,
  audience: string,
  edge: 'entered' | 'exited',
  cause: EdgeCause,
): number {
  const version = (own(draft.profile.edgeCounts, audience) ?? 0) + 1;
  const seq = nextSeq(draft);
  draft.profile = { ...draft.profile, edgeCounts: withKey(draft.profile.edgeCounts, audience, version) };
  draft.moved.add(audience);
  fold.edges.push({ audience, profile: draft.profile.id, edge, version, seq, at: instantOf(fold, draft), cause });
  return version;
}

function edgesFor(fold: WorkspaceFold, draft: Draft, audiences: readonly CompiledAudience[]): Map<string, RuleEvent[]> {
  return readEdges(
    fold,
    draft,
    audiences.flatMap(({ rule }) => neededEdges(rule, draft.profile, instantOf(fold, draft))),
  );
}

/** Stored events of an edge bucket plus those of this batch, which the store does not have yet. */
function readEdges(fold: WorkspaceFold, draft: Draft, reads: readonly NeededEdge[]): Map<string, RuleEvent[]> {
  const edges = new Map<string, RuleEvent[]>();
  for (const { key, condition, from, to } of reads) {
    const read = { ...storedUnder(draft), key, event: condition.event, from, to };
    const stored = fold.input.stored.edges.get(edgeName(read));
    if (!stored) fold.neededEdges.set(edgeName(read), read);
    const recent = draft.batch.filter(({ at }) => at >= from && at < to);
    edges.set(key, [...(stored ?? []), ...recent]);
  }
  return edges;
}

/** A person's events are kept under the ids they had when they were applied, those absorbed in this very fold among them. */
const storedUnder = ({ profile }: Draft): HistoryRead => ({ ids: idsOf(profile) });

function needHistory(fold: WorkspaceFold, draft: Draft): void {
  const read = storedUnder(draft);
  fold.neededHistories.set(historyName(read), read);
}

/** Whether the store may have events of this person: one made in this fold has none, unless it absorbed somebody. */
const isStored = ({ readRev, profile }: Draft): boolean => readRev !== undefined || profile.lineage.length > 0;

/** Time never runs backwards for a profile, whichever process evaluates it; a fast clock is the affair of those it has touched. */
export const instantOf = ({ input }: WorkspaceFold, { profile }: Draft): number =>
  Math.max(input.now, profile.evaluatedAt);
