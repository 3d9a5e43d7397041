import type { MembershipEdge } from '../change-set';
import { decideConversions, decideEntry, decideExit, type Cause } from '../../journeys/routing';
import { endEnrollment, isInside } from '../../journeys/enrollment';
import { edgeWaitKey } from '../../journeys/wait-keys';
import { idsOf } from '../present';
import { journeyVersionKey } from '../ruleset';
import type { OpenProfile } from './open-profile';
import { matchesRule } from './evaluate-profile';
import type { Run, WorkspaceFold } from './workspace-fold';

/** Lets one thing that happened reach the person's journeys: exits first, then goals, then entries, of which somebody restricted has none. */
export function runJourneys(fold: WorkspaceFold, open: OpenProfile, cause: Cause): void {
  if (open.profile.hasEnrollments) for (const run of fold.runsOf(open.profile.id)) reach(fold, run, cause);
  const { profile } = open;
  if (profile.restrictedAt !== undefined) return;
  for (const journey of fold.input.ruleset.enterable) {
    const entry = decideEntry(journey, cause, {
      ws: fold.input.ws,
      profile: profile.id,
      subjectIds: idsOf(profile),
      existing: fold.runsOf(open.profile.id).map(({ enrollment }) => enrollment),
      evaluateIf: (rule, paths) => matchesRule(fold, open, rule, paths),
      now: fold.input.now,
      makeId: fold.input.makeEnrollmentId,
    });
    if (!entry) continue;
    if ('ignored' in entry) {
      fold.ignored.push(entry.ignored);
      continue;
    }
    fold.runs.set(entry.id, { enrollment: entry, isChanged: true });
    open.profile = { ...open.profile, hasEnrollments: true };
  }
}

/** Audience edges reach journeys after the event that caused them. */
export function reachEdges(fold: WorkspaceFold, open: OpenProfile, firstEdge: number): void {
  for (const edge of fold.edges.slice(firstEdge)) {
    if (edge.profile !== open.profile.id) continue;
    open.waitKeys.add(edgeWaitKey(fold.input.ws, edge.profile, edge.audience, edge.edge));
    runJourneys(fold, open, edgeCause(edge));
  }
}

function edgeCause(edge: MembershipEdge): Cause {
  return {
    kind: 'edge',
    audience: edge.audience,
    edge: edge.edge,
    at: edge.at,
    seq: edge.seq,
    startsJourneys: edge.cause === 'event' || edge.cause === 'clock',
  };
}

function reach(fold: WorkspaceFold, run: Run, cause: Cause): void {
  const { enrollment } = run;
  const journey = fold.input.ruleset.journeyVersions.get(journeyVersionKey(enrollment.journey, enrollment.version));
  if (!journey) return;
  const exit = isInside(enrollment) ? decideExit(enrollment, journey, cause) : undefined;
  const conversions = decideConversions(enrollment, journey, cause);
  if (!exit && conversions.length === 0) return;
  run.isChanged = true;
  const ended = exit
    ? endEnrollment(enrollment, { status: 'exited', reason: exit.reason, exitRule: exit.rule }, fold.input.now)
    : enrollment;
  run.enrollment = { ...ended, conversions: [...ended.conversions, ...conversions] };
}
