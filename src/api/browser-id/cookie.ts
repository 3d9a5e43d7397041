import { createHash } from 'node:crypto';
import { readBrowserId } from '../../domain/identity/browser-id';
import type { WorkspaceId } from '../../domain/ids';
import type { ApiSettings } from '../../sources/http-api/http-api';

/** One cookie for each workspace, so that workspaces that share a host do not share visitors. */
const nameOf = (ws: WorkspaceId): string => `heddle_id_${createHash('sha256').update(ws).digest('hex').slice(0, 8)}`;

/** The id in a `Cookie` header; `undefined` when there is none, or one that we did not make. */
export function readIdCookie(header: string | undefined, ws: WorkspaceId): string | undefined {
  const name = `${nameOf(ws)}=`;
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return readBrowserId(pairs.find((pair) => pair.startsWith(name))?.slice(name.length));
}

/** `Set-Cookie`: kept by the browser anew for its whole time, sent to this host only, and to no page of another site. */
export function idCookie(
  ws: WorkspaceId,
  id: string,
  { httpOnly, days, isHttps }: ApiSettings['idCookie'] & { readonly isHttps: boolean },
): string {
  const flags = [...(httpOnly ? ['HttpOnly'] : []), ...(isHttps ? ['Secure'] : [])];
  return [`${nameOf(ws)}=${id}`, `Max-Age=${days * 86_400}`, 'Path=/', 'SameSite=Lax', ...flags].join('; ');
}
