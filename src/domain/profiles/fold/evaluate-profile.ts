import { emptyState, observe } from '../../audiences/behaviour/behaviour';
import type { EdgeKind } from '../../audiences/edge';
import { profileView } from '../../audiences/profile-view';
import { evaluateMemberships, neededEdges, type NeededEdge } from '../../audiences/evaluate-memberships';
import { historyView } from '../../audiences/history-view';
import type { Rule } from '../../audiences/rule.schema';
import type { RuleEvent } from '../../events/event';
import { omit, own, withKey, withoutKey, type JsonObject } from '../../json';
import type { EdgeCause } from '../change-set';
import { asHeld, listsLeft } from '../lists';
import { idsOf } from '../present';
import { compiled } from '../ruleset';
import { earlier } from '../../audiences/rule-view';
import { presentGroups } from '../../groups/group';
import { forgetArms, holdOut } from './hold-out';
import { bringRuleMade, countFacets, groupsOf, nextRegrouping } from './fold-groups';
import { nextSeq, type OpenProfile } from './open-profile';
import { causeOfUpgrade, prepareEdits } from './prepare-edits';
import { edgeName, historyName, type HistoryRead } from './fold-input';
import type { WorkspaceFold } from './workspace-fold';

/** What an evaluation may leave out: audiences that nothing in this change can touch. Absent means all. */
export type Affected = ReadonlySet<string> | undefined;

/**
 * Brings a profile that was last written under older rules to the present ones, from its stored events, before anything else happens
 * to it: memberships that change here do so by definition, and what the live event changes afterwards is a live edge.
 */
export function upgrade(fold: WorkspaceFold, open: OpenProfile): void {
  const { ruleset } = fold.input;
  if (open.profile.rulesetVersion >= ruleset.version) return;
  const readVersion = open.profile.rulesetVersion;
  const causeOf = causeOfUpgrade(fold, open, readVersion);
  if (!completeStates(fold, open)) return;
  open.profile = { ...omit(open.profile, 'lists'), ...asHeld(listsLeft(open.profile.lists ?? {}, ruleset.lists)) };
  for (const audience of Object.keys(open.profile.memberships))
    if (!ruleset.audiences.some(({ key }) => key === audience)) leaveAudience(fold, open, audience, 'definition');
  open.profile = forgetArms(ruleset, open.profile);
  fold.upgradesFrom = readVersion;
  regroup(fold, open);
  // What time alone would have moved is not the definition's doing, and starts journeys as it would have.
  evaluateProfile(fold, open, causeOf);
  fold.upgradesFrom = undefined;
}

/** Moves somebody into the groups that their traits make now; not while they are restricted. */
export function regroup(fold: WorkspaceFold, open: OpenProfile, now = instantOf(fold, open)): void {
  if (open.profile.restrictedAt === undefined) bringRuleMade(fold, open, now);
}

/**
 * Gives the profile a state for every condition there is, those it lacks from its stored events. Answers false, with nothing changed,
 * while these have yet to be read.
 */
export function completeStates(fold: WorkspaceFold, open: OpenProfile): boolean {
  const { ruleset, stored } = fold.input;
  const missing = [...ruleset.conditions].filter(([key]) => own(open.profile.states, key) === undefined);
  const history = stored.histories.get(historyName(storedUnder(open)));
  if (missing.length > 0 && open.profile.seq > 0 && !history) {
    needHistory(fold, open);
    return false;
  }
  const kept = Object.entries(open.profile.states).filter(([key]) => ruleset.conditions.has(key));
  const rebuilt = missing.map(([key, condition]) => {
    const events = history ?? [];
    return [key, events.reduce((state, event) => observe(condition, state, event), emptyState(condition))] as const;
  });
  const states = Object.fromEntries([...kept, ...rebuilt]);
  open.profile = { ...open.profile, states, rulesetVersion: ruleset.version };
  open.isTouched = true;
  return true;
}

/**
 * Evaluates audiences: the profile gets its new memberships, and the fold the edges, in dependency order. Those of somebody restricted
 * stay as they were, until the restriction is lifted.
 */
export function evaluateProfile(
  fold: WorkspaceFold,
  open: OpenProfile,
  cause: EdgeCause | ((audience: string) => EdgeCause),
  affected?: Affected,
  now = instantOf(fold, open),
  left?: ReadonlySet<string>,
): void {
  if (open.profile.restrictedAt !== undefined) {
    open.profile = omit(open.profile, 'nextCheckAt', 'prepared');
    return;
  }
  const { audiences } = fold.input.ruleset;
  const edges = edgesFor(fold, open, now);
  const groups = groupsOf(fold, open.profile);
  const outcome = evaluateMemberships(open.profile, audiences, now, edges, affected, groups, left);
  const causeOf = typeof cause === 'function' ? cause : () => cause;
  for (const audience of outcome.exited) leaveAudience(fold, open, audience, causeOf(audience));
  for (const audience of outcome.entered) enterAudience(fold, open, audience, causeOf(audience));
  const next = [countInGroups(fold, open, edges, now), prepareEdits(fold, open, edges, now)].reduce(
    earlier,
    outcome.nextCheckAt,
  );
  open.profile = {
    ...omit(open.profile, 'nextCheckAt'),
    checks: outcome.checks,
    ...(next !== undefined && { nextCheckAt: next }),
  };
  holdOut(fold, open, now);
}

/** What the person's groups count them for; answers when that may be otherwise with no event. */
function countInGroups(
  fold: WorkspaceFold,
  open: OpenProfile,
  edges: Map<string, RuleEvent[]>,
  now: number,
): number | undefined {
  let next = nextRegrouping(fold, open.profile, now);
  if (presentGroups(open.profile.groups).length === 0) return next;
  const view = profileView(open.profile, edges);
  countFacets(fold, open, ({ rule }) => {
    const { matches, nextCheckAt } = rule.evaluate(view, now);
    next = earlier(next, nextCheckAt);
    return matches;
  });
  return next;
}

/** Evaluates a journey's entry rule for the profile as it now stands, this event's own writes included. */
export function matchesRule(fold: WorkspaceFold, open: OpenProfile, rule: Rule, paths: JsonObject): boolean {
  const { ruleset, stored } = fold.input;
  const now = instantOf(fold, open);
  const ready = compiled(rule);
  if (ready.conditions.every(({ key }) => ruleset.conditions.has(key))) {
    const edges = readEdges(fold, open, neededEdges(ready, open.profile, now));
    const view = profileView(open.profile, edges, open.profile.memberships, paths, groupsOf(fold, open.profile));
    return ready.evaluate(view, now).matches;
  }
  // A condition with a value bound from the entry event has no state of its own.
  const history = stored.histories.get(historyName(storedUnder(open)));
  if (!history && isStored(open)) needHistory(fold, open);
  const events = [...(history ?? []), ...open.batch];
  return ready.evaluate(historyView(open.profile, events, paths, groupsOf(fold, open.profile)), now).matches;
}

export function leaveAudience(fold: WorkspaceFold, open: OpenProfile, audience: string, cause: EdgeCause): void {
  recordEdge(fold, open, audience, 'exited', cause);
  open.profile = { ...open.profile, memberships: withoutKey(open.profile.memberships, audience) };
}

function enterAudience(fold: WorkspaceFold, open: OpenProfile, audience: string, cause: EdgeCause): void {
  const version = recordEdge(fold, open, audience, 'entered', cause);
  const memberships = withKey(open.profile.memberships, audience, { enteredAt: instantOf(fold, open), version });
  open.profile = { ...open.profile, memberships };
}

function recordEdge(
  fold: WorkspaceFold,
  open: OpenProfile,
  audience: string,
  edge: EdgeKind,
  cause: EdgeCause,
): number {
  const version = (own(open.profile.edgeCounts, audience) ?? 0) + 1;
  const seq = nextSeq(open);
  open.profile = { ...open.profile, edgeCounts: withKey(open.profile.edgeCounts, audience, version) };
  open.moved.add(audience);
  fold.edges.push({ audience, profile: open.profile.id, edge, version, seq, at: instantOf(fold, open), cause });
  return version;
}

/** Of all audiences, since those that are due, or refer to one that changes, are evaluated too, and of what groups count. Most people need none. */
function edgesFor(fold: WorkspaceFold, open: OpenProfile, now: number): Map<string, RuleEvent[]> {
  const { audiences, prepared = [], asked } = fold.input.ruleset;
  const hasOlder = Object.values(open.profile.states).some(
    ({ buckets, droppedUntil }) => buckets !== undefined || droppedUntil !== undefined,
  );
  const needed = hasOlder
    ? [...audiences, ...prepared, ...asked.facets].flatMap(({ rule }) => neededEdges(rule, open.profile, now))
    : [];
  return readEdges(fold, open, needed);
}

/** Stored events of an edge bucket plus those of this batch, which the store does not have yet. */
function readEdges(fold: WorkspaceFold, open: OpenProfile, reads: readonly NeededEdge[]): Map<string, RuleEvent[]> {
  const edges = new Map<string, RuleEvent[]>();
  for (const { key, events, from, to } of reads) {
    const read = { ...storedUnder(open), key, events, from, to };
    const stored = fold.input.stored.edges.get(edgeName(read));
    if (!stored) fold.neededEdges.set(edgeName(read), read);
    const recent = open.batch.filter(({ at }) => at >= from && at < to);
    edges.set(key, [...(stored ?? []), ...recent]);
  }
  return edges;
}

/** A person's events are kept under the ids they had when they were applied, those absorbed in this very fold among them. */
const storedUnder = ({ profile }: OpenProfile): HistoryRead => ({ ids: idsOf(profile) });

function needHistory(fold: WorkspaceFold, open: OpenProfile): void {
  const read = storedUnder(open);
  fold.neededHistories.set(historyName(read), read);
}

/** Whether the store may have events of this person: one made in this fold has none, unless it absorbed somebody. */
const isStored = ({ readRev, profile }: OpenProfile): boolean => readRev !== undefined || profile.lineage.length > 0;

/** Time never runs backwards for a profile, whichever process evaluates it; a fast clock is the affair of those it has touched. */
export const instantOf = ({ input }: WorkspaceFold, { profile }: OpenProfile): number =>
  Math.max(input.now, profile.evaluatedAt);
