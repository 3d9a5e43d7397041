import type { SendingPolicy, StartedSends, StoppedSends } from './sending-types';
import type { Transport } from './transport';

/** What every send of a journey must pass. */
export function sendingOf({ call }: Transport) {
  return {
    policy: () => call<SendingPolicy>({ method: 'GET', path: '/v1/policies/sending' }),
    /** From the next send on; whether all sends are stopped stays as it is. */
    setPolicy: (policy: SendingPolicy) =>
      call<SendingPolicy>({ method: 'PUT', path: '/v1/policies/sending', body: policy }),
    /** Nothing of journeys leaves after the answer, unless it says `sending`. */
    stop: () => call<StoppedSends>({ method: 'POST', path: '/v1/policies/sending/stop', isRepeatable: true }),
    /** Those that the stop held go on at a bounded pace. */
    start: () => call<StartedSends>({ method: 'POST', path: '/v1/policies/sending/start' }),
  };
}
