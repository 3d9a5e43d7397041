import type { Page } from './pages';
import { path, type Transport } from './transport';
import type { Key, KeyInput, NewKey, NewWorkspace, Workspace } from './workspace-types';

export function workspacesOf({ call }: Transport) {
  return {
    /** Needs the installation's root key as `apiKey`. The answer is the only place that shows the first keys. */
    create: (name: string) => call<NewWorkspace>({ method: 'POST', path: '/v1/workspaces', body: { name } }),
    /** The workspace the key belongs to. */
    current: () => call<Workspace>({ method: 'GET', path: '/v1/workspaces' }),
  };
}

export function keysOf({ call }: Transport) {
  return {
    list: () => call<Page<Key>>({ method: 'GET', path: '/v1/keys' }),
    create: (input: KeyInput) => call<NewKey>({ method: 'POST', path: '/v1/keys', body: input }),
    /** The old one works for as long as the overlap says: `24h` unless set. */
    rotate: (id: string, options: { readonly overlap?: string } = {}) =>
      call<NewKey>({ method: 'POST', path: path`/v1/keys/${id}/rotate`, body: options }),
    revoke: (id: string) => call<void>({ method: 'DELETE', path: path`/v1/keys/${id}` }),
  };
}
