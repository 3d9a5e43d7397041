import { eachOf, type Page, type PageQuery } from './pages';
import type { Source, SourceDefinition, SourceVolume, VolumeQuery } from './source-types';
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
    /** Disconnects it; what it sent stays. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/sources/${key}` }),
  };
}
