import type { Collection } from 'mongodb';
import type { ArmCount } from '../domain/impact/experiment';
import type { WorkspaceId } from '../domain/ids';
import type { Exposures } from '../domain/journeys/exposure';
import type { ProfileDoc } from './documents';
import { answerWithinMs } from './impact-limits';
import type { StoreConnection } from './open-store';

const exposedTo = (ws: WorkspaceId, experiment: string): string => `${ws}:${experiment}`;

/** What finds a profile by the experiments that it is in. */
export const exposedToField = (ws: WorkspaceId, experiments: Exposures | undefined): Pick<ProfileDoc, 'exposedTo'> =>
  experiments ? { exposedTo: Object.keys(experiments).map((key) => exposedTo(ws, key)) } : {};

/** Who is in an experiment, added up in the database. */
export class ImpactExperimentRepository {
  readonly #profiles: Collection<ProfileDoc>;

  constructor({ db }: StoreConnection) {
    this.#profiles = db.collection<ProfileDoc>('profiles');
  }

  /** How many have each variant, by what gave it to them, whether they count, and whether they reached the goal. */
  async arms(ws: WorkspaceId, experiment: string, withinMs = answerWithinMs): Promise<ArmCount[]> {
    const exposure = `$experiments.${experiment}`;
    const groups = await this.#profiles
      .aggregate<Group>(
        [
          { $match: { exposedTo: exposedTo(ws, experiment) } },
          {
            $project: {
              ...{ variant: `${exposure}.variant`, drawnBy: `${exposure}.drawnBy` },
              isContaminated: { $eq: [`${exposure}.isContaminated`, true] },
              isConverted: { $ne: [{ $type: `${exposure}.conversion` }, 'missing'] },
              ...{ currency: `${exposure}.conversion.currency`, value: `${exposure}.conversion.value` },
            },
          },
          {
            $group: {
              ...{ _id: groupOf, count: { $sum: 1 }, value: { $sum: '$value' } },
              squares: { $sum: { $multiply: ['$value', '$value'] } },
            },
          },
        ],
        { maxTimeMS: withinMs },
      )
      .toArray();
    return groups.map(({ _id: { currency, ...of }, count, value, squares }) => ({
      ...of,
      count,
      value,
      squares,
      ...(typeof currency === 'string' && { currency }),
    }));
  }
}

const groupOf = {
  ...{ variant: '$variant', drawnBy: '$drawnBy', currency: '$currency' },
  ...{ isContaminated: '$isContaminated', isConverted: '$isConverted' },
} as const;

interface Group {
  readonly _id: Omit<ArmCount, 'count' | 'value' | 'squares' | 'currency'> & { readonly currency?: string | null };
  readonly count: number;
  readonly value: number;
  readonly squares: number;
}
