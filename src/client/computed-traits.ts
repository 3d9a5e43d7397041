import type { ComputedTrait, ComputedTraitDefinition } from './computed-trait-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export function computedTraitsOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<ComputedTrait>>({ method: 'GET', path: '/v1/computed-traits', query: { ...query } });
  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<ComputedTrait>({ method: 'GET', path: path`/v1/computed-traits/${key}` }),
    put: (key: string, definition: ComputedTraitDefinition) =>
      call<ComputedTrait>({ method: 'PUT', path: path`/v1/computed-traits/${key}`, body: definition }),
    /** Refused while something reads it. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/computed-traits/${key}` }),
  };
}
