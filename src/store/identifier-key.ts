import { createHmac } from 'node:crypto';
import type { Identifier } from '../domain/events/event';
import type { RuleMadeGroup } from '../domain/groups/group-rules';
import { enrollmentId, type EnrollmentId, type ProfileId, type WorkspaceId } from '../domain/ids';

/** `workspace:HMAC(type:value)`: an identifier's `_id`. Keyed, so that a leaked index does not reveal who is in it. */
export function identifierKey(masterKey: Buffer, ws: WorkspaceId, { type, value }: Identifier): string {
  return `${ws}:${createHmac('sha256', masterKey).update(`${ws}\n${type}\n${value}`).digest('base64url')}`;
}

/** What Temporal's search attributes show of a person: stable, unlike any identifier, and not reversible without the key. */
export function profileKey(masterKey: Buffer, ws: WorkspaceId, profile: ProfileId): string {
  return createHmac('sha256', masterKey).update(`${ws}\nprofile\n${profile}`).digest('base64url').slice(0, 22);
}

/** The id of a run, from what makes it one: no way back to the entry key. */
export function enrollmentKey(masterKey: Buffer, ...parts: readonly (string | number)[]): EnrollmentId {
  return enrollmentId(
    `enr_${createHmac('sha256', masterKey).update(parts.join('\n')).digest('base64url').slice(0, 26)}`,
  );
}

/** The key of a group that a rule makes: whoever has the same traits gets the same, and nobody can read them from it. */
export function ruleMadeKey(masterKey: Buffer, ws: WorkspaceId, { type, content }: RuleMadeGroup): string {
  const hash = createHmac('sha256', masterKey).update(`${ws}\ngroup\n${content}`).digest('base64url').slice(0, 26);
  return `${type === 'household' ? 'hh' : 'acc'}_${hash}`;
}

/** A value by itself, whatever its type and case: what texts that were never read as events are compared with. */
export function valueKey(masterKey: Buffer, ws: WorkspaceId, value: string): string {
  return createHmac('sha256', masterKey).update(`${ws}\nvalue\n${value.toLowerCase()}`).digest('base64url');
}
