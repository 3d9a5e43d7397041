import type { z } from 'zod';
import { defaulted, wholeNumber } from './config-kinds';

/** How much is learned of what comes in, and how long it is kept; docs/guides/trust.md says what for. */
export const trustVariables = {
  HEDDLE_DEAD_LETTER_DAYS: defaulted(
    wholeNumber(1, 3_650),
    '90',
    'How many days a dead letter, and the copy of the event in it, is kept.',
  ),
  HEDDLE_SOURCE_VOLUME_DAYS: defaulted(
    wholeNumber(1, 3_650),
    '400',
    'How many days the hourly figures of a source are kept.',
  ),
  HEDDLE_CATALOGUE_EVENTS: defaulted(
    wholeNumber(1, 20_000),
    '1000',
    'The most event names of a workspace that the catalogue learns. Events of further names are counted together.',
  ),
  HEDDLE_CATALOGUE_PROPERTIES: defaulted(
    wholeNumber(1, 1_000),
    '300',
    'The most properties of one event that the catalogue learns. Further ones are counted together.',
  ),
};

type Limits = { readonly [Name in keyof typeof trustVariables]: z.output<(typeof trustVariables)[Name]> };

export function toTrustLimits(env: Limits) {
  return {
    retention: { deadLetterDays: env.HEDDLE_DEAD_LETTER_DAYS, sourceHourDays: env.HEDDLE_SOURCE_VOLUME_DAYS },
    catalogueLimits: { events: env.HEDDLE_CATALOGUE_EVENTS, properties: env.HEDDLE_CATALOGUE_PROPERTIES },
  } as const;
}
