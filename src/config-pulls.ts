import type { z } from 'zod';
import { defaulted, wholeNumber } from './config-kinds';

/** What sources that are asked may take of a worker; docs/guides/pulled-sources.md says what becomes of the rest. */
export const pullVariables = {
  HEDDLE_PULLS_PER_WORKSPACE: defaulted(
    wholeNumber(1, 8),
    '4',
    'How many pulled sources of one workspace a worker reads at the same time, of the 8 that it reads at most; further ones take turns. With one workspace, 8 gives it all of them.',
  ),
};

type Limits = { readonly [Name in keyof typeof pullVariables]: z.output<(typeof pullVariables)[Name]> };

export function toPullLimits(env: Limits) {
  return { perWorkspace: env.HEDDLE_PULLS_PER_WORKSPACE } as const;
}
