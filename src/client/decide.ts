import type { Decision, Question, Visitor } from './decide-types';
import type { Query, Transport } from './transport';

/** Which audiences one visitor is in now, and what is shown them. With a public write key, of audiences that are public. */
export function decideOf({ call }: Transport) {
  return (question: Question) =>
    call<Decision>({
      method: 'GET',
      path: '/v1/decide',
      query: { ...queryOf(question), ...slotsOf(question) },
      door: 'surface',
    });
}

function queryOf(visitor: Visitor): Query {
  if ('profile' in visitor) return { profile: visitor.profile };
  return 'deviceId' in visitor ? { device_id: visitor.deviceId } : { anonymous_id: visitor.anonymousId };
}

const slotsOf = ({ slots = [], preview }: Question): Query => ({
  ...(slots.length > 0 && { slots: slots.join(',') }),
  ...(preview && { preview: 'true' }),
});
