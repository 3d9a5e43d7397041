import type { Collection, Document } from 'mongodb';
import type { ConversionCount } from '../domain/impact/goals';
import type { ArmCount } from '../domain/impact/experiment';
import { armWeights } from '../domain/journeys/journey-holdout';
import type { StepVisits } from '../domain/impact/funnel';
import type { RunCount } from '../domain/impact/runs';
import { subjectOf, type WorkspaceId } from '../domain/ids';
import { pathLimit, type Enrollment, type EnrollmentStatus } from '../domain/journeys/enrollment';
import type { EnrollmentDoc } from './enrollments';
import { answerWithinMs, sampleSize } from './impact-limits';
import type { StoreConnection } from './open-store';
import { nobody } from './person-rows';
import { noTests, runsAsked, type RunsAsked } from './runs-filter';

/** Visits reached since an instant, by version. `isCut`: an exit rule ended the visit, whatever its reason is called. */
export interface SendVisits extends Omit<StepVisits, 'cut' | 'why'> {
  readonly version: number;
  readonly isCut: boolean;
}

export type SampledRun = Pick<Enrollment, 'path' | 'endedAt' | 'conversions'> & {
  readonly entry: Pick<Enrollment['entry'], 'at'>;
};

/** The runs of one journey, added up in the database. */
export class ImpactJourneyRepository {
  readonly #enrollments: Collection<EnrollmentDoc>;

  constructor({ db }: StoreConnection) {
    this.#enrollments = db.collection<EnrollmentDoc>('enrollments');
  }

  async runs(ws: WorkspaceId, journey: string, asked: RunsAsked): Promise<RunCount[]> {
    const groups = await this.#enrollments
      .aggregate<{ _id: { status: EnrollmentStatus; reason?: string }; count: number }>(
        [
          { $match: runsAsked(ws, journey, asked) },
          { $group: { _id: { status: '$status', reason: '$reason' }, count: { $sum: 1 } } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups.map(({ _id: { status, reason }, count }) => ({
      status,
      count,
      ...(typeof reason === 'string' && { reason }),
    }));
  }

  /**
   * Visits of every step by how they ended, of the runs asked for; with `version`, of runs that are of it, what they did under it. Those who
   * are inside and those who have ended are read apart, so that of a large journey each has its own time.
   */
  async visits(ws: WorkspaceId, journey: string, asked: RunsAsked): Promise<StepVisits[]> {
    const groups: { _id: VisitGroup; count: number }[] = [];
    for (const endedAt of [{ $exists: false }, { $gte: 0 }])
      groups.push(
        ...(await this.#enrollments
          .aggregate<{ _id: VisitGroup; count: number }>(
            visitsOf({ ...runsAsked(ws, journey, asked), endedAt }, asked),
            {
              maxTimeMS: answerWithinMs,
            },
          )
          .toArray()),
      );
    return groups.map(({ _id: { step, outcome, why, cut }, count }) => ({
      step,
      count,
      ...(typeof outcome === 'string' && { outcome }),
      ...(typeof why === 'string' && { why }),
      ...(cut && { cut }),
    }));
  }

  async conversions(ws: WorkspaceId, journey: string, asked: RunsAsked): Promise<ConversionCount[]> {
    const groups = await this.#enrollments
      .aggregate<{ _id: { goal: string; currency?: string }; count: number; value: number }>(
        [
          { $match: { ...runsAsked(ws, journey, asked), 'conversions.0': { $exists: true } } },
          { $project: { conversions: 1 } },
          { $unwind: '$conversions' },
          {
            $group: {
              _id: { goal: '$conversions.goal', currency: '$conversions.currency' },
              count: { $sum: 1 },
              value: { $sum: '$conversions.value' },
            },
          },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups.map(({ _id: { goal, currency }, count, value }) => ({
      goal,
      count,
      value,
      ...(typeof currency === 'string' && { currency }),
    }));
  }

  /** People who came to a send in a journey with a holdout, by arm, and whether they reached the goal after that: each once. */
  async arms(
    ws: WorkspaceId,
    journey: string,
    { goal, ...asked }: RunsAsked & { readonly goal: string },
  ): Promise<ArmCount[]> {
    const isLater = { $and: [{ $eq: ['$$one.goal', goal] }, { $gte: ['$$one.at', '$exposed.at'] }] };
    const converted = { $gt: [{ $size: { $filter: { input: '$conversions', as: 'one', cond: isLater } } }, 0] };
    const groups = await this.#enrollments
      .aggregate<{ _id: ArmsGroup; count: number }>(
        [
          // The runs of erased people are nobody's, and no one person's.
          {
            $match: {
              ...runsAsked(ws, journey, asked),
              'exposed.at': { $gte: 0 },
              subject: { $ne: subjectOf(ws, nobody) },
            },
          },
          { $project: { subject: 1, arm: '$exposed.arm', percent: '$exposed.percent', converted } },
          {
            $group: {
              _id: '$subject',
              ...{ least: { $min: '$arm' }, most: { $max: '$arm' }, percent: { $min: '$percent' } },
              converted: { $max: '$converted' },
            },
          },
          {
            $group: {
              _id: { least: '$least', most: '$most', percent: '$percent', converted: '$converted' },
              count: { $sum: 1 },
            },
          },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups.map(({ _id: { least, most, percent, converted: isConverted }, count }) => ({
      ...{ variant: least, drawnBy: armWeights(percent), isContaminated: least !== most },
      ...{ isConverted, count, value: 0 },
    }));
  }

  /** The newest of the runs asked for, at most `sampleSize`, as far as medians need them. */
  async sample(ws: WorkspaceId, journey: string, asked: RunsAsked): Promise<SampledRun[]> {
    const projection = { path: 1, endedAt: 1, conversions: 1, 'entry.at': 1 };
    return this.#enrollments
      .find(runsAsked(ws, journey, asked), { projection, maxTimeMS: answerWithinMs })
      .sort({ ws: 1, journey: 1, enteredAt: -1 })
      .limit(sampleSize)
      .toArray();
  }

  /** Visits of these steps reached since `from`: of runs that are inside, and of those that have ended since. */
  async visitsReached(
    ws: WorkspaceId,
    journey: string,
    { steps, from }: { readonly steps: readonly string[]; readonly from: number },
  ): Promise<{ readonly visits: SendVisits[]; readonly isPathCut: boolean }> {
    const [inside, ended] = await Promise.all(
      [{ $exists: false }, { $gte: from }].map((endedAt) =>
        this.#enrollments
          .aggregate<ReachedGroup>(
            [
              { $match: { ...noTests, ws, journey: { $eq: journey }, endedAt, 'path.at': { $gte: from } } },
              ...groupedVisits(steps, from),
            ],
            { maxTimeMS: answerWithinMs },
          )
          .toArray(),
      ),
    );
    const groups = [...(inside ?? []), ...(ended ?? [])];
    return {
      visits: groups.map(({ _id: { version, step, outcome, isCut }, count }) => ({
        version,
        step,
        isCut,
        count,
        ...(typeof outcome === 'string' && { outcome }),
      })),
      isPathCut: groups.some(({ longest }) => longest >= pathLimit),
    };
  }
}

/** Of an unwound path: the visit where the run stands or ended. */
const isLast = [{ $eq: ['$path.step', '$step'] }, { $eq: ['$path.visit', '$visit'] }];
const cutBy = { $cond: [{ $and: [{ $in: ['$status', ['exited', 'failed']] }, ...isLast] }, '$status', null] };

/** Those who went the same way are counted first: a journey has many runs, and few ways through it. */
function visitsOf(asked: Document, { version }: RunsAsked): Document[] {
  const visit = { 'path.step': 1, 'path.visit': 1, 'path.outcome': 1, 'path.why': 1, 'path.version': 1 };
  const way = { path: '$path', status: '$status', step: '$step', visit: '$visit' };
  const ofWay = { path: '$_id.path', status: '$_id.status', step: '$_id.step', visit: '$_id.visit', runs: 1 };
  const _id = { step: '$path.step', outcome: '$path.outcome', why: '$path.why', cut: cutBy };
  return [
    { $match: asked },
    { $project: { status: 1, step: 1, visit: 1, ...visit } },
    { $group: { _id: way, runs: { $sum: 1 } } },
    { $project: { _id: 0, ...ofWay } },
    { $unwind: '$path' },
    ...(version === undefined ? [] : [{ $match: { 'path.version': { $exists: false } } }]),
    { $group: { _id, count: { $sum: '$runs' } } },
  ];
}

interface VisitGroup {
  readonly step: string;
  readonly outcome?: string;
  readonly why?: string;
  readonly cut: 'exited' | 'failed' | null;
}

interface ArmsGroup {
  readonly least: string;
  readonly most: string;
  readonly percent: number;
  readonly converted: boolean;
}

interface ReachedGroup {
  readonly _id: { readonly version: number; readonly step: string; readonly outcome?: string; readonly isCut: boolean };
  readonly count: number;
  readonly longest: number;
}

function groupedVisits(steps: readonly string[], from: number): Document[] {
  const isReached = { $and: [{ $gte: ['$$visit.at', from] }, { $in: ['$$visit.step', [...steps]] }] };
  const path = { $filter: { input: '$path', as: 'visit', cond: isReached } };
  const isByRule = { $ne: [{ $type: '$exitRule' }, 'missing'] };
  const isCut = { $and: ['$isByRule', ...isLast] };
  // Of a run that was taken to a newer version, what it did under the older ones is theirs.
  const version = { $ifNull: ['$path.version', '$version'] };
  const _id = { version, step: '$path.step', outcome: '$path.outcome', isCut };
  return [
    { $project: { version: 1, step: 1, visit: 1, isByRule, length: { $size: '$path' }, path } },
    { $unwind: '$path' },
    { $group: { _id, count: { $sum: 1 }, longest: { $max: '$length' } } },
  ];
}
