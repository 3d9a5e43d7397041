import { z } from 'zod';
import type { KeyCall } from '../route';
import type { Asked } from './edits';

export const SaveQuery = z.strictObject({
  startJourneys: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'Whether whom the saved rule moves begins journeys by that; without it nobody does' }),
});

/** What the query of a save asks for. */
export function askedOf({ query }: KeyCall): Asked {
  return SaveQuery.parse(query).startJourneys === 'true' ? { startsJourneys: true } : {};
}
