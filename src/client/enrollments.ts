import type { EnrollmentDetail, ExitInput, SignalInput } from './enrollment-types';
import { path, type Transport } from './transport';

export function enrollmentsOf({ call }: Transport) {
  return {
    get: (id: string) => call<EnrollmentDetail>({ method: 'GET', path: path`/v1/enrollments/${id}` }),
    /** Ends the run; nothing is sent after the answer, unless it says `sending`. */
    exit: (id: string, input: ExitInput = {}) =>
      call<EnrollmentDetail>({ method: 'POST', path: path`/v1/enrollments/${id}/exit`, body: input }),
    /** Tells the run something. Under one `idempotencyKey` it is told once, however often it is sent. */
    signal: (id: string, input: SignalInput, { idempotencyKey }: { readonly idempotencyKey?: string } = {}) =>
      call<EnrollmentDetail>({
        method: 'POST',
        path: path`/v1/enrollments/${id}/signal`,
        body: input,
        ...(idempotencyKey !== undefined && { headers: { 'idempotency-key': idempotencyKey }, isRepeatable: true }),
      }),
  };
}
