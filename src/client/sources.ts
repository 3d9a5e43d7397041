import { eachOf, type Page, type PageQuery } from './pages';
import type { Source, SourceDefinition, SourcePull, SourceTest, SourceVolume, VolumeQuery } from './source-types';
import { path, type Transport } from './transport';
import type { Key } from './workspace-types';

export function sourcesOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<Source>>({ method: 'GET', path: '/v1/sources', query: { ...query } });
  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<Source>({ method: 'GET', path: path`/v1/sources/${key}` }),
    keys: (key: string) => call<Page<Key>>({ method: 'GET', path: path`/v1/sources/${key}/keys` }),
    volume: (key: string, query: VolumeQuery = {}) =>
      call<Page<SourceVolume>>({ method: 'GET', path: path`/v1/sources/${key}/volume`, query: { ...query } }),
    put: (key: string, definition: SourceDefinition) =>
      call<Source>({ method: 'PUT', path: path`/v1/sources/${key}`, body: definition }),
    /** How far it has been read, and when it is asked next. */
    pulled: (key: string) => call<SourcePull>({ method: 'GET', path: path`/v1/sources/${key}/pull` }),
    /** Has it asked now. One that is being asked already is not asked twice. */
    pull: (key: string) =>
      call<SourcePull>({ method: 'POST', path: path`/v1/sources/${key}/pull`, isRepeatable: true }),
    /** Has the next run begin at `from`, or at the beginning. */
    reset: (key: string, { from }: { readonly from?: string } = {}) =>
      call<SourcePull>({
        method: 'POST',
        path: path`/v1/sources/${key}/pull/reset`,
        body: from === undefined ? {} : { from },
        isRepeatable: true,
      }),
    /** Reads its first rows, to see whether it works and what the mapping makes of them. */
    test: (key: string) => call<SourceTest>({ method: 'POST', path: path`/v1/sources/${key}/test` }),
    /** Disconnects it; what it sent stays. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/sources/${key}` }),
  };
}
