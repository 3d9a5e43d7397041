import { path, type Transport } from './transport';
import type { AudienceImpact, DestinationImpact, ImpactOverview, JourneyImpact } from './impact-types';

export interface Window {
  /** A duration back from now, such as `7d`. */
  readonly window?: string;
}

/** Which runs of a journey. */
export interface RunsQuery extends Window {
  readonly version?: number;
  /** `experiment:variant`: those that left a split of the experiment by this variant. */
  readonly variant?: string;
}

export function impactOf({ call }: Transport) {
  const read =
    <Answer, Query extends Window = Window>(of: string) =>
    (key: string, query?: Query) =>
      call<Answer>({ method: 'GET', path: path`/v1/impact/${of}/${key}`, query: { ...query } });

  return {
    overview: (query: Window = {}) => call<ImpactOverview>({ method: 'GET', path: '/v1/impact', query: { ...query } }),
    destination: read<DestinationImpact>('destinations'),
    journey: read<JourneyImpact, RunsQuery>('journeys'),
    audience: read<AudienceImpact>('audiences'),
  };
}
