import type { WebRequest } from '../network';
import { SourceRefused } from '../source';
import { writeCursor, type HttpCursor } from './cursor';
import type { HttpSecrets, HttpSettings } from './settings.schema';

const placeholder = '{{cursor}}';

/** The address of a page: the first one's, or what the page before has led to. Throws `SourceRefused` for another host's. */
export function addressOf(settings: HttpSettings, { from, page }: HttpCursor): string {
  const { url, query, paging, cursor } = settings;
  if (typeof page === 'string' && (paging.by === 'next' || paging.by === 'link')) return sameOrigin(page, url);
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    const isOpen = value.includes(placeholder);
    if (!isOpen) address.searchParams.set(name, value);
    else if (cursor && from !== undefined)
      address.searchParams.set(name, value.replaceAll(placeholder, writeCursor(from, cursor)));
  }
  for (const [name, value] of pageParameters(settings, page)) address.searchParams.set(name, value);
  return address.href;
}

function pageParameters({ paging }: HttpSettings, page: string | number | undefined): readonly [string, string][] {
  if (paging.by === 'none' || paging.by === 'next' || paging.by === 'link') return [];
  if (paging.by === 'cursor') return page === undefined ? [] : [[paging.parameter, String(page)]];
  const first = paging.by === 'page' ? paging.first : 0;
  const at: [string, string] = [paging.parameter, String(page ?? first)];
  return paging.size ? [at, [paging.size.parameter, String(paging.size.rows)]] : [at];
}

/** Requests carry secrets: an answer must not be able to have them sent to somebody else. */
function sameOrigin(next: string, url: string): string {
  const address = URL.canParse(next, url) ? new URL(next, url) : undefined;
  if (address?.origin === new URL(url).origin) return address.href;
  throw new SourceRefused('next-elsewhere', 'The answer names a next page at another host, which is not asked.');
}

/** Throws `SourceRefused` when the secrets that the settings ask for are not there. */
export function toRequest(url: string, settings: HttpSettings, secrets: HttpSecrets): WebRequest {
  const accept = settings.format === 'csv' ? 'text/csv' : 'application/json';
  return { method: 'GET', url, headers: { accept, ...settings.headers, ...credentials(settings, secrets) } };
}

function credentials({ auth }: HttpSettings, { user, password, token }: HttpSecrets): Record<string, string> {
  if (auth.by === 'none') return {};
  if (auth.by === 'basic') {
    if (user === undefined) throw missing('user');
    return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
  }
  if (token === undefined) throw missing('token');
  return auth.by === 'bearer' ? { authorization: `Bearer ${token}` } : { [auth.name]: token };
}

const missing = (name: string): SourceRefused =>
  new SourceRefused('secrets', `The settings ask for the secret "${name}"; send it with the source.`);
