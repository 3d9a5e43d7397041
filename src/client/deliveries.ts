import type { Delivery, DeliveryQuery } from './delivery-types';
import { eachOf, type Page } from './pages';
import { path, type Transport } from './transport';

export function deliveriesOf({ call }: Transport) {
  const list = (query: DeliveryQuery = {}) =>
    call<Page<Delivery>>({ method: 'GET', path: '/v1/deliveries', query: { ...query } });

  return {
    list,
    each: (query: DeliveryQuery = {}) => eachOf(list, query),
    get: (id: string) => call<Delivery>({ method: 'GET', path: path`/v1/deliveries/${id}` }),
  };
}
