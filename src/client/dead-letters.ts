import type { DeadLetter } from './event-types';
import { eachOf, type Page, type PageQuery } from './pages';
import type { Transport } from './transport';

/** Events that were refused or could not be applied, newest first. */
export function deadLettersOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<DeadLetter>>({ method: 'GET', path: '/v1/dead-letters', query: { ...query } });
  return { list, each: (query: PageQuery = {}) => eachOf(list, query) };
}
