import type { JourneyDoc } from '../../store/journeys';
import { notFound } from '../problem';
import type { KeyCall } from '../route';

/** The journey that the path names. Throws 404. */
export async function findJourney({ deps, ws, params }: KeyCall<{ key: string }>): Promise<JourneyDoc> {
  const journey = await deps.store.journeys.byKey(ws, params.key);
  if (!journey) throw notFound(`journey "${params.key}"`);
  return journey;
}
