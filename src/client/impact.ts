import { path, type Transport } from './transport';
import type { AudienceImpact, DestinationImpact, ImpactOverview, JourneyImpact } from './impact-types';

export interface Window {
  /** A duration back from now, such as `7d`. */
  readonly window?: string;
}

export function impactOf({ call }: Transport) {
  const read =
    <Answer>(of: string) =>
    (key: string, query: Window = {}) =>
      call<Answer>({ method: 'GET', path: path`/v1/impact/${of}/${key}`, query: { ...query } });

  return {
    overview: (query: Window = {}) => call<ImpactOverview>({ method: 'GET', path: '/v1/impact', query: { ...query } }),
    destination: read<DestinationImpact>('destinations'),
    journey: read<JourneyImpact>('journeys'),
    audience: read<AudienceImpact>('audiences'),
  };
}
