import type { z } from 'zod';
import { defaulted, wholeNumber } from './config-kinds';

/** How long privacy work may take; docs/guides/privacy.md says what of. */
export const privacyVariables = {
  HEDDLE_ERASURE_WAIT_HOURS: defaulted(
    wholeNumber(1, 720),
    '24',
    'How long the operation of an erasure waits for destinations to confirm that somebody is off before its receipt says `pending`. They are asked again for as long as it takes.',
  ),
  HEDDLE_EXPORT_KEEP_DAYS: defaulted(
    wholeNumber(1, 90),
    '7',
    'How long the file of an export of a person is kept. The database removes it then, within minutes.',
  ),
};

type Limits = { readonly [Name in keyof typeof privacyVariables]: z.output<(typeof privacyVariables)[Name]> };

const hourMs = 3_600_000;

export function toPrivacyLimits(env: Limits) {
  return {
    erasureWaitMs: env.HEDDLE_ERASURE_WAIT_HOURS * hourMs,
    exportKeepMs: env.HEDDLE_EXPORT_KEEP_DAYS * 24 * hourMs,
  } as const;
}
