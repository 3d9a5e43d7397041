import { createHmac } from 'node:crypto';
import type { Context, HttpRequest } from '../destination';
import { graph } from './constants';
import type { MetaSecrets, MetaSettings } from './settings.schema';

export type MetaContext = Context<MetaSettings, MetaSecrets>;

/** One Graph API request at the pinned version. The token is a header, so that no URL in a log holds it. */
export function graphRequest(
  { settings, secrets, now }: MetaContext,
  method: HttpRequest['method'],
  path: string,
  { query = {}, body }: { readonly query?: Readonly<Record<string, string>>; readonly body?: object } = {},
): HttpRequest {
  const search = new URLSearchParams({ ...query, ...proof(secrets, now) }).toString();
  return {
    method,
    url: `${settings.apiBase}/${graph.version}/${path}${search === '' ? '' : `?${search}`}`,
    headers: {
      authorization: `Bearer ${secrets.accessToken}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body ? JSON.stringify(body) : '',
  };
}

/** HMAC-SHA256 of `token|seconds` under the app secret ("Secure Graph API calls"); good for five minutes at Meta. */
function proof({ accessToken, appSecret }: MetaSecrets, now: number): Record<string, string> {
  if (appSecret === undefined) return {};
  const seconds = String(Math.floor(now / 1_000));
  const digest = createHmac('sha256', appSecret).update(`${accessToken}|${seconds}`).digest('hex');
  return { appsecret_proof: digest, appsecret_time: seconds };
}
