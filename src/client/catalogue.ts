import type { CatalogueDetail, CatalogueEvent, CatalogueQuery } from './catalogue-types';
import { eachOf, type Page } from './pages';
import { path, type Transport } from './transport';

/** The events that sources send, learned from traffic. */
export function catalogueOf({ call }: Transport) {
  const list = (query: CatalogueQuery = {}) =>
    call<Page<CatalogueEvent> & { readonly rest: number }>({
      method: 'GET',
      path: '/v1/catalogue',
      query: { ...query },
    });
  return {
    list,
    each: (query: CatalogueQuery = {}) => eachOf(list, query),
    /** `kind` is needed only for a `track` that is named like another kind. */
    get: (event: string, query: Pick<CatalogueQuery, 'kind'> = {}) =>
      call<CatalogueDetail>({ method: 'GET', path: path`/v1/catalogue/${event}`, query: { ...query } }),
  };
}
