import { subjectOf, type ProfileId, type WorkspaceId } from '../ids';
import { omit, own } from '../json';
import { endEnrollment, isInside, type Enrollment } from '../journeys/enrollment';
import type { DesiredMember, EnrollmentWrite, MembershipEdge } from '../profiles/change-set';
import { idsOf } from '../profiles/present';
import type { Profile } from '../profiles/profile';

/** What one erasure is decided by. */
export interface ErasureInput {
  readonly profile: Profile;
  /** Their open runs. */
  readonly enrollments: readonly Enrollment[];
  /** Those that they began and that speak to somebody else of their household. */
  readonly handedOver?: readonly Enrollment[];
  /** Every pair of audience and destination that ever had anybody. */
  readonly pairs: readonly { readonly audience: string; readonly destination: string }[];
  readonly rulesetVersion: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What the transaction of an erasure writes beside the identifiers. */
export interface ErasedProfile {
  readonly profile: Profile;
  readonly edges: readonly MembershipEdge[];
  readonly enrollments: readonly EnrollmentWrite[];
  readonly syncs: readonly DesiredMember[];
}

/**
 * The person as nobody: a tombstone without facts, out of every audience, every run and every destination. Their audiences start no
 * journeys by it, and destinations take them off also where leavers are kept.
 */
export function eraseProfile({
  profile,
  enrollments,
  handedOver = [],
  pairs,
  rulesetVersion,
  now,
}: ErasureInput): ErasedProfile {
  const at = Math.max(now, profile.evaluatedAt);
  const left = Object.keys(profile.memberships);
  const edges = left.map((audience, index): MembershipEdge => ({
    ...{ audience, profile: profile.id, edge: 'exited', cause: 'erasure', at },
    version: (own(profile.edgeCounts, audience) ?? 0) + 1,
    seq: profile.seq + index + 1,
  }));
  const seq = profile.seq + edges.length + 1;
  return {
    profile: {
      ...omit(
        profile,
        'nextCheckAt',
        'checks',
        'restrictedAt',
        'suppressions',
        'groups',
        'lists',
        'holdouts',
        'experiments',
        'prepared',
      ),
      ...{ identifiers: [], traits: {}, consent: {}, memberships: {}, states: {}, hasEnrollments: false },
      ...{ edgeCounts: {}, erasedAt: at, evaluatedAt: at, seq, rev: profile.rev + 1 },
    },
    edges,
    enrollments: [
      ...enrollments.filter(isInside).map((run) => ({ enrollment: endErased(run, at), readRev: run.rev })),
      ...handedOver.map((run) => ({ enrollment: withoutActor(run, idsOf(profile), at), readRev: run.rev })),
    ],
    syncs: pairs.flatMap(({ audience, destination }) =>
      idsOf(profile).map((id): DesiredMember => ({
        ...{ audience, destination, profile: id, version: seq, isIn: false, hasRefused: true, isErased: true },
        ...{ identifiers: {}, causedAt: at, ruleset: rulesetVersion },
      })),
    ),
  };
}

const endErased = (run: Enrollment, at: number): Enrollment =>
  endEnrollment(run, { status: 'exited', reason: 'erased' }, at);

/**
 * What began the run was the erased person's, and nothing of it stays, of what they did before it spoke to another, or of their household;
 * nor is anything sent because of it.
 */
function withoutActor(run: Enrollment, actor: readonly ProfileId[], at: number): Enrollment {
  const ended = isInside(run) ? endErased(run, at) : run;
  const { entry, cursor, steps, conversions, ...rest } = omit(ended, 'actorSubject', 'household', 'householdSubject');
  return {
    ...rest,
    entryKey: '',
    entry: { ...omit(entry, 'messageId'), properties: {}, cursor: {} },
    cursor: Object.fromEntries(Object.entries(cursor).filter(([id]) => !actor.some((one) => one === id))),
    steps: Object.fromEntries(Object.entries(steps).filter(([, { profile }]) => !actor.includes(profile))),
    conversions: conversions.map((one) => omit(one, 'messageId')),
    rev: run.rev + 1,
  };
}

/** Under which everything about the person is filed. */
export const subjectsOf = (ws: WorkspaceId, ids: readonly ProfileId[]): string[] => ids.map((id) => subjectOf(ws, id));
