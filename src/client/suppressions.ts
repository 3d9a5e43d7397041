import type {
  BulkSuppressed,
  SavedSuppressions,
  Suppression,
  SuppressionEntry,
  SuppressionInput,
  SuppressionQuery,
} from './consent-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

/** Who must not be reached, by `ref`: `type:value`, such as `email:a@b.example`, or `prf_…` for every identifier of a profile. */
export function suppressionsOf({ call }: Transport) {
  const list = (query: SuppressionQuery = {}) =>
    call<Page<Suppression>>({ method: 'GET', path: '/v1/suppressions', query: { ...query } });
  return {
    list,
    each: (query: SuppressionQuery = {}) => eachOf(list, query),
    /** The entries about a reference, or one by its `sup_…`. */
    get: (ref: string, query: PageQuery = {}) =>
      call<Page<Suppression>>({ method: 'GET', path: path`/v1/suppressions/${ref}`, query: { ...query } }),
    put: (ref: string, input: SuppressionInput = {}) =>
      call<SavedSuppressions>({ method: 'PUT', path: path`/v1/suppressions/${ref}`, body: input }),
    /** All entries about a reference, or those of one scope. */
    delete: (ref: string, query: { readonly scope?: string } = {}) =>
      call<void>({ method: 'DELETE', path: path`/v1/suppressions/${ref}`, query: { ...query } }),
    /** At most 1,000 at a time. Adding one twice is the same as once. */
    add: (entries: readonly SuppressionEntry[]) =>
      call<BulkSuppressed>({ method: 'POST', path: '/v1/suppressions', body: { entries }, isRepeatable: true }),
  };
}
