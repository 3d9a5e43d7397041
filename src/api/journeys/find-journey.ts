import type { ClientSession } from 'mongodb';
import type { JourneyDoc } from '../../store/journeys';
import { notFound } from '../problem';
import type { KeyCall } from '../route';

/** The journey that the path names. Throws 404. */
export const findJourney = (call: KeyCall<{ key: string }>): Promise<JourneyDoc> => readJourney(call, call.params.key);

/** The journey as it is, in a transaction where one is given. Throws 404. */
export async function readJourney({ deps, ws }: KeyCall, key: string, session?: ClientSession): Promise<JourneyDoc> {
  const found = await deps.store.journeys.byKey(ws, key, session);
  if (!found) throw notFound(`journey "${key}"`);
  return found;
}
