import type { Purpose, PurposeDefinition } from './consent-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export function purposesOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<Purpose>>({ method: 'GET', path: '/v1/purposes', query: { ...query } });
  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<Purpose>({ method: 'GET', path: path`/v1/purposes/${key}` }),
    put: (key: string, definition: PurposeDefinition) =>
      call<Purpose>({ method: 'PUT', path: path`/v1/purposes/${key}`, body: definition }),
    /** Refused while something needs it. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/purposes/${key}` }),
  };
}
