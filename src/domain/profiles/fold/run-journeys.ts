import type { EnrollAsk } from '../../events/enroll';
import type { MembershipEdge } from '../change-set';
import type { CompiledJourney } from '../../journeys/compiled-journey';
import {
  askOf,
  decideConversions,
  decideEntry,
  decideExit,
  endRestarted,
  type Cause,
  type IgnoredEntry,
} from '../../journeys/routing';
import { enteredVersion } from '../../journeys/entered-version';
import { dueOf, readDue, type Due } from '../../audiences/due';
import { isHidden } from '../../audiences/hidden-audience';
import { armsField } from '../../audiences/holdout';
import { factsView } from '../../audiences/profile-view';
import { withArm } from '../../journeys/journey-holdout';
import { endEnrollment, isInside, type Enrollment } from '../../journeys/enrollment';
import { testedDraft } from '../../journeys/tested-draft';
import { decideUpdate } from '../../journeys/update-run';
import { edgeWaitKey } from '../../journeys/wait-keys';
import { presentGroups, type Group } from '../../groups/group';
import { idsOf } from '../present';
import { journeyVersionKey } from '../ruleset';
import type { OpenProfile } from './open-profile';
import { matchesRule } from './evaluate-profile';
import { actsFor, countEntry } from './fold-groups';
import { heedConversion } from './heed-exposure';
import type { Run, WorkspaceFold } from './workspace-fold';

/** Lets one thing that happened reach the person's journeys: exits first, then goals, then entries, of which somebody restricted has none. */
export function runJourneys(fold: WorkspaceFold, open: OpenProfile, cause: Cause): void {
  if (open.profile.hasEnrollments)
    for (const run of fold.runsOf(open.profile.id)) {
      reach(fold, open, run, cause);
      const journey = journeyOf(fold, run.enrollment);
      if (journey) heedConversion(open, run.enrollment, journey, cause);
    }
  for (const run of othersRuns(fold, open)) reach(fold, open, run, asOther(cause));
  const asked = askOf(cause);
  if (asked) return answer(fold, open, cause, asked);
  if (open.profile.restrictedAt !== undefined) return;
  for (const journey of fold.input.ruleset.enterable) enter(fold, open, journey, cause);
}

/** Of a journey that is asked for, what became of it is stamped on the event, for whoever asked. */
function answer(fold: WorkspaceFold, open: OpenProfile, cause: Cause, asked: EnrollAsk): void {
  if (cause.kind !== 'event') return;
  const journey = asked.test
    ? journeyOf(fold, { journey: asked.journey, version: asked.test.version, test: asked.test })
    : fold.input.ruleset.enterable.find(({ key }) => key === asked.journey);
  const mayEnter = asked.test ? open.profile.isTest === true : open.profile.restrictedAt === undefined;
  const entry: Enrollment | IgnoredEntry = !mayEnter
    ? 'restricted'
    : ((journey && enter(fold, open, journey, cause)) ?? 'not-published');
  fold.asked.set(cause.event.messageId, typeof entry === 'string' ? { notBegun: entry } : { began: entry.id });
}

function enter(
  fold: WorkspaceFold,
  open: OpenProfile,
  newest: CompiledJourney,
  cause: Cause,
): Enrollment | IgnoredEntry | undefined {
  const { profile } = open;
  const household = newest.definition.entry.per === 'household' ? actsFor(fold, profile, 'household') : undefined;
  const journey = versionFor(fold, open, newest, household);
  const existing = runsThatBar(fold, open, household).map(({ enrollment }) => enrollment);
  const entry = decideEntry(journey, cause, {
    ws: fold.input.ws,
    profile: profile.id,
    subjectIds: idsOf(profile),
    ...(household && { household }),
    existing,
    evaluateIf: (rule, paths) => matchesRule(fold, open, rule, paths),
    readDue: (audience) => readDueOf(fold, open, audience),
    now: fold.input.now,
    makeId: fold.input.makeEnrollmentId,
  });
  if (!entry) return undefined;
  if ('ignored' in entry) {
    fold.ignored.push(entry.ignored);
    return entry.ignored;
  }
  for (const ended of endRestarted(journey, entry, existing, fold.input.now)) fold.changeRun(ended);
  fold.runs.set(entry.id, { enrollment: entry, isChanged: true });
  const arms = entry.test
    ? profile.holdouts
    : withArm(journey.definition, profile.holdouts, profile.id, fold.input.now);
  open.profile = { ...open.profile, ...armsField(arms), hasEnrollments: true };
  if (household) countEntry(fold, household);
  return entry;
}

/** Of a test, the one that was asked for. */
function versionFor(
  { input: { ruleset } }: WorkspaceFold,
  { profile }: OpenProfile,
  newest: CompiledJourney,
  household: Group | undefined,
): CompiledJourney {
  if (profile.isTest) return newest;
  return enteredVersion(newest, household?.key ?? profile.id, (version) =>
    ruleset.journeyVersions.get(journeyVersionKey(newest.key, version)),
  );
}

/** The date of the person by which they have come into a hidden audience. */
function readDueOf(fold: WorkspaceFold, { profile }: OpenProfile, audience: string): Due | undefined {
  const found = isHidden(audience) ? fold.input.ruleset.audiences.find(({ key }) => key === audience) : undefined;
  const condition = found && dueOf(found.rule.source);
  return condition && readDue(factsView(profile), condition, fold.input.now);
}

/** Of the households of a person, those that somebody else of them is in. */
function othersRuns(fold: WorkspaceFold, { profile }: OpenProfile): Run[] {
  const households = presentGroups(profile.groups).filter(({ type }) => type === 'household');
  for (const household of households) fold.group(household);
  return households
    .flatMap(({ key }) => fold.runsOfHousehold(key))
    .filter(({ enrollment }) => enrollment.profile !== profile.id);
}

/** An edge is told from a run's entry by the person's own number of it; those of another are not the run's. */
const asOther = (cause: Cause): Cause => (cause.kind === 'edge' ? { ...cause, seq: -1 } : cause);

/** A household's own, and those of the person by themselves; for somebody in no household, all of theirs. */
function runsThatBar(fold: WorkspaceFold, { profile }: OpenProfile, household: Group | undefined): Run[] {
  const own = fold.runsOf(profile.id);
  if (!household) return own;
  return [...own.filter(({ enrollment }) => !enrollment.household), ...fold.runsOfHousehold(household.key)];
}

/** Audience edges reach journeys after the event that caused them. */
export function reachEdges(fold: WorkspaceFold, open: OpenProfile, firstEdge: number): void {
  for (const edge of fold.edges.slice(firstEdge)) {
    if (edge.profile !== open.profile.id) continue;
    open.waitKeys.add(edgeWaitKey(fold.input.ws, edge.profile, edge.audience, edge.edge));
    runJourneys(fold, open, edgeCause(fold, edge));
  }
}

function edgeCause({ input: { ruleset } }: WorkspaceFold, edge: MembershipEdge): Cause {
  const isAsked = edge.cause === 'definition' && ruleset.startingJourneys?.has(edge.audience) === true;
  return {
    kind: 'edge',
    audience: edge.audience,
    edge: edge.edge,
    at: edge.at,
    seq: edge.seq,
    isByDefinition: edge.cause === 'definition',
    startsJourneys: isAsked || edge.cause === 'event' || edge.cause === 'clock' || edge.cause === 'manual',
  };
}

/** What a run goes by: its version, or the draft that it tests. */
const journeyOf = (
  { input }: WorkspaceFold,
  {
    journey,
    version,
    test,
  }: { readonly journey: string; readonly version: number; readonly test?: Enrollment['test'] },
): CompiledJourney | undefined =>
  testedDraft(test) ?? input.ruleset.journeyVersions.get(journeyVersionKey(journey, version));

function reach(fold: WorkspaceFold, open: OpenProfile, run: Run, cause: Cause): void {
  const { enrollment } = run;
  const journey = journeyOf(fold, run.enrollment);
  if (!journey) return;
  const exit = isInside(enrollment) ? decideExit(enrollment, journey, cause) : undefined;
  const conversions = decideConversions(enrollment, journey, cause);
  const by = { profile: open.profile.id, ids: idsOf(open.profile), now: fold.input.now };
  const after = exit
    ? endEnrollment(enrollment, { status: 'exited', reason: exit.reason, exitRule: exit.rule }, fold.input.now)
    : decideUpdate(enrollment, journey, cause, by);
  if (!after && conversions.length === 0) return;
  run.isChanged = true;
  run.enrollment = { ...(after ?? enrollment), conversions: [...enrollment.conversions, ...conversions] };
}
