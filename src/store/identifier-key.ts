import { createHmac } from 'node:crypto';
import type { Identifier } from '../domain/events/event';
import type { ProfileId, WorkspaceId } from '../domain/ids';

/** `workspace:HMAC(type:value)`: an identifier's `_id`. Keyed, so that a leaked index does not reveal who is in it. */
export function identifierKey(masterKey: Buffer, ws: WorkspaceId, { type, value }: Identifier): string {
  return `${ws}:${createHmac('sha256', masterKey).update(`${ws}\n${type}\n${value}`).digest('base64url')}`;
}

/** What Temporal's search attributes show of a person: stable, unlike any identifier, and not reversible without the key. */
export function profileKey(masterKey: Buffer, ws: WorkspaceId, profile: ProfileId): string {
  return createHmac('sha256', masterKey).update(`${ws}\nprofile\n${profile}`).digest('base64url').slice(0, 22);
}
