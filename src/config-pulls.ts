import type { z } from 'zod';
import { bytes, defaulted, wholeNumber } from './config-kinds';

/** What sources that are asked may take of a worker; docs/guides/pulled-sources.md says what becomes of the rest. */
export const pullVariables = {
  HEDDLE_PULLS_PER_WORKSPACE: defaulted(
    wholeNumber(1, 8),
    '4',
    'How many pulled sources of one workspace a worker reads at the same time, of the 8 that it reads at most; further ones take turns. With one workspace, 8 gives it all of them.',
  ),
  HEDDLE_PULL_MAX_PAGE_BYTES: defaulted(
    bytes(67_108_864),
    '4194304',
    'The largest answer of JSON that a pulled source is read in, whatever its `maxPageBytes` says. It is parsed in one go, and the worker does nothing else meanwhile: 0.1 to 0.2 s for 4 MB, over 2 s for 64 MB.',
  ),
};

type Limits = { readonly [Name in keyof typeof pullVariables]: z.output<(typeof pullVariables)[Name]> };

export function toPullLimits(env: Limits) {
  return { perWorkspace: env.HEDDLE_PULLS_PER_WORKSPACE, maxPageBytes: env.HEDDLE_PULL_MAX_PAGE_BYTES } as const;
}
