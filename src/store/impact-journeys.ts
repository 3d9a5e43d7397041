import type { Collection } from 'mongodb';
import type { ConversionCount } from '../domain/impact/goals';
import type { StepVisits } from '../domain/impact/funnel';
import type { WorkspaceId } from '../domain/ids';
import { pathLimit, type Enrollment, type EnrollmentStatus } from '../domain/journeys/enrollment';
import type { EnrollmentDoc } from './enrollments';
import { answerWithinMs, sampleSize } from './impact-limits';
import type { StoreConnection } from './open-store';

export interface RunCount {
  readonly status: EnrollmentStatus;
  readonly reason?: string;
  readonly count: number;
}

/** Visits reached since an instant, by version. `isCut`: an exit rule ended the visit, whatever its reason is called. */
export interface SendVisits extends StepVisits {
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

  async runs(ws: WorkspaceId, journey: string, from: number): Promise<RunCount[]> {
    const groups = await this.#enrollments
      .aggregate<{ _id: { status: EnrollmentStatus; reason?: string }; count: number }>(
        [
          { $match: enteredSince(ws, journey, from) },
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

  /** Visits of every step by how they ended, of the runs that entered since `from`. */
  async visits(ws: WorkspaceId, journey: string, from: number): Promise<StepVisits[]> {
    const groups = await this.#enrollments
      .aggregate<{ _id: { step: string; outcome?: string }; count: number }>(
        [
          { $match: enteredSince(ws, journey, from) },
          { $unwind: '$path' },
          { $group: { _id: { step: '$path.step', outcome: '$path.outcome' }, count: { $sum: 1 } } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups.map(({ _id: { step, outcome }, count }) => ({
      step,
      count,
      ...(typeof outcome === 'string' && { outcome }),
    }));
  }

  async conversions(ws: WorkspaceId, journey: string, from: number): Promise<ConversionCount[]> {
    const groups = await this.#enrollments
      .aggregate<{ _id: { goal: string; currency?: string }; count: number; value: number }>(
        [
          { $match: enteredSince(ws, journey, from) },
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

  /** The newest runs that entered since `from`, at most `sampleSize`, as far as medians need them. */
  async sample(ws: WorkspaceId, journey: string, from: number): Promise<SampledRun[]> {
    const projection = { path: 1, endedAt: 1, conversions: 1, 'entry.at': 1 };
    return this.#enrollments
      .find(enteredSince(ws, journey, from), { projection, maxTimeMS: answerWithinMs })
      .sort({ ws: 1, journey: 1, enteredAt: -1 })
      .limit(sampleSize)
      .toArray();
  }

  /** Visits reached since `from`, of runs that entered since `enteredFrom`: the earliest that can still have been inside. */
  async visitsReached(
    ws: WorkspaceId,
    journey: string,
    { from, enteredFrom }: { readonly from: number; readonly enteredFrom: number },
  ): Promise<{ readonly visits: SendVisits[]; readonly isPathCut: boolean }> {
    const isLast = { $and: [{ $eq: ['$path.step', '$step'] }, { $eq: ['$path.visit', '$visit'] }] };
    const isByRule = { $eq: [{ $type: '$exitRule' }, 'missing'] };
    const groups = await this.#enrollments
      .aggregate<{
        _id: { version: number; step: string; outcome?: string; isCut: boolean };
        count: number;
        longest: number;
      }>(
        [
          { $match: { ...enteredSince(ws, journey, enteredFrom), 'path.at': { $gte: from } } },
          { $addFields: { steps: { $size: '$path' } } },
          { $unwind: '$path' },
          { $match: { 'path.at': { $gte: from } } },
          {
            $group: {
              _id: {
                version: '$version',
                step: '$path.step',
                outcome: '$path.outcome',
                isCut: { $and: [isLast, { $not: [isByRule] }] },
              },
              count: { $sum: 1 },
              longest: { $max: '$steps' },
            },
          },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
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

const enteredSince = (ws: WorkspaceId, journey: string, from: number) => ({
  ws,
  journey: { $eq: journey },
  enteredAt: { $gte: from },
});
