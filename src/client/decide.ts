import type { Decision, Visitor } from './decide-types';
import type { Query, Transport } from './transport';

/** Which audiences one visitor is in now. With a public write key, of those that are public. */
export function decideOf({ call }: Transport) {
  return (visitor: Visitor) =>
    call<Decision>({ method: 'GET', path: '/v1/decide', query: queryOf(visitor), door: 'surface' });
}

function queryOf(visitor: Visitor): Query {
  if ('profile' in visitor) return { profile: visitor.profile };
  return 'deviceId' in visitor ? { device_id: visitor.deviceId } : { anonymous_id: visitor.anonymousId };
}
