import { z } from 'zod';
import { edgeKinds } from '../../../domain/audiences/edge';
import { edgeCauses } from '../../../domain/profiles/change-set';
import type { KnownIdentifier } from '../../../domain/profiles/profile';
import { demandScope } from '../../authenticate';
import { Instant, presentInstant } from '../../instant';
import { maskIdentifier, seesPersonalData } from '../../personal-data';
import type { KeyCall } from '../../route';
import { presentCursor } from './change-beginning';
import type { Change } from './change-pages';

export const ChangeBody = z.strictObject({
  id: z.string().meta({ description: 'Of this change, and a cursor: `after` it comes what follows' }),
  change: z.enum(edgeKinds),
  profile: z.string(),
  at: Instant,
  cause: z.enum(edgeCauses),
  identifiers: z
    .array(z.strictObject({ type: z.string(), value: z.string() }))
    .optional()
    .meta({ description: 'Those of the profile now, if asked for; absent when it has none any more' }),
});
export const Include = z
  .literal('identifiers')
  .meta({ description: 'With the identifiers of each profile; needs the scope profiles:read too' });

/** Throws 403. */
export function demandIncluded({ principal }: KeyCall, include: 'identifiers' | undefined): void {
  if (include === 'identifiers') demandScope(principal, 'profiles:read');
}

/** Changes as they leave, with identifiers as far as the key may see them. */
export async function presentChanges(
  call: KeyCall,
  changes: readonly Change[],
  include: 'identifiers' | undefined,
): Promise<z.output<typeof ChangeBody>[]> {
  const known = include === 'identifiers' ? await identifiersOf(call, changes) : undefined;
  return changes.map(({ cursor, edge, profile, at, cause }) => {
    const identifiers = known?.get(profile);
    return {
      ...{ id: presentCursor(cursor), change: edge, profile, at: presentInstant(at), cause },
      ...(identifiers && identifiers.length > 0 && { identifiers }),
    };
  });
}

async function identifiersOf({ deps, ws, principal }: KeyCall, changes: readonly Change[]) {
  const isSeen = seesPersonalData(principal);
  const present = ({ type, value }: KnownIdentifier) => ({ type, value: isSeen ? value : maskIdentifier(type, value) });
  const profiles = await deps.store.profiles.byIds(ws, [...new Set(changes.map(({ profile }) => profile))]);
  return new Map(profiles.map(({ id, identifiers }) => [id, identifiers.map(present)]));
}
