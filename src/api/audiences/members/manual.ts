import { listOf } from '../../../domain/audiences/manual-audience';
import type { AudienceDoc } from '../../../store/documents';
import { conflict } from '../../problem';
import { ruleOf } from '../presenter';

/** The list of an audience that people are put into by hand. Throws 409 for one that its rule decides. */
export function listFor(audience: AudienceDoc): string {
  const list = listOf(ruleOf(audience));
  if (list !== undefined) return list;
  throw conflict(
    `The audience "${audience.key}" is live: its rule decides who is in it. Change the rule, or save an audience of "kind": "manual" under a key of its own.`,
  );
}
