import { eachOf } from './pages';
import { path, type Transport } from './transport';
import type { Delivery, DeliveryQuery, Destination, DestinationDefinition, Page, PageQuery } from './types';

export function destinationsOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<Destination>>({ method: 'GET', path: '/v1/destinations', query: { ...query } });

  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<Destination>({ method: 'GET', path: path`/v1/destinations/${key}` }),
    put: (key: string, definition: DestinationDefinition) =>
      call<Destination>({ method: 'PUT', path: path`/v1/destinations/${key}`, body: definition }),
  };
}

export function deliveriesOf({ call }: Transport) {
  const list = (query: DeliveryQuery = {}) =>
    call<Page<Delivery>>({ method: 'GET', path: '/v1/deliveries', query: { ...query } });

  return {
    list,
    each: (query: DeliveryQuery = {}) => eachOf(list, query),
    get: (id: string) => call<Delivery>({ method: 'GET', path: path`/v1/deliveries/${id}` }),
  };
}
