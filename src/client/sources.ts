import { eachOf, type Page, type PageQuery } from './pages';
import type { Source, SourceDefinition } from './source-types';
import { path, type Transport } from './transport';

export function sourcesOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<Source>>({ method: 'GET', path: '/v1/sources', query: { ...query } });
  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<Source>({ method: 'GET', path: path`/v1/sources/${key}` }),
    put: (key: string, definition: SourceDefinition) =>
      call<Source>({ method: 'PUT', path: path`/v1/sources/${key}`, body: definition }),
    /** Disconnects it; what it sent stays. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/sources/${key}` }),
  };
}
