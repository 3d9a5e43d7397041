import { path, type Transport } from './transport';
import type { DestinationImpact, JsonObject } from './types';

interface Window {
  /** A duration back from now, such as `7d`. */
  readonly window?: string;
}

export function impactOf({ call }: Transport) {
  const read =
    <Answer>(of: string) =>
    (key: string, query: Window = {}) =>
      call<Answer>({ method: 'GET', path: path`/v1/impact/${of}/${key}`, query: { ...query } });

  return {
    overview: (query: Window = {}) => call<JsonObject>({ method: 'GET', path: '/v1/impact', query: { ...query } }),
    destination: read<DestinationImpact>('destinations'),
    journey: read<JsonObject>('journeys'),
    audience: read<JsonObject>('audiences'),
  };
}
