import type { RunRecord } from '../domain/journeys/run-record';
import type { EnrollmentDetail, ExitInput, SignalInput } from './enrollment-types';
import { path, type Transport } from './transport';

export function enrollmentsOf({ call }: Transport) {
  return {
    get: (id: string) => call<EnrollmentDetail>({ method: 'GET', path: path`/v1/enrollments/${id}` }),
    /** What the run lived through and did, as it can be lived again. Texts are hashes, unless a key that sees people asks for `values`. */
    record: (id: string, { values }: { readonly values?: boolean } = {}) =>
      call<RunRecord>({
        method: 'GET',
        path: path`/v1/enrollments/${id}/record`,
        query: values === undefined ? {} : { values: String(values) },
      }),
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
