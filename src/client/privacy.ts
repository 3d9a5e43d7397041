import type { Operation } from './operation-types';
import type { Retention, RetentionPolicy, SignedReceipt } from './privacy-types';
import { path, type Transport } from './transport';

/** For as long as a large file takes. */
const downloadMs = 3_600_000;

export function privacyOf({ call, open }: Transport) {
  return {
    /** The file of an export that has ended: JSON lines, part by part. */
    file: (operation: string) =>
      open({ method: 'GET', path: path`/v1/exports/${operation}/file`, timeoutMs: downloadMs }),
    /** How long what is kept, in days. */
    retention: () => call<Retention>({ method: 'GET', path: '/v1/policies/retention' }),
    setRetention: (policy: RetentionPolicy) =>
      call<Retention>({ method: 'PUT', path: '/v1/policies/retention', body: policy }),
    /** Erases several people; each has an operation of its own. */
    erase: (refs: readonly string[]) =>
      call<{ readonly data: readonly Operation[] }>({
        method: 'POST',
        path: '/v1/erasures',
        body: { refs },
        isRepeatable: true,
      }),
    /** Whether this installation signed a receipt, for the workspace of the key. */
    verify: (receipt: SignedReceipt) =>
      call<{ readonly isValid: boolean }>({
        method: 'POST',
        path: '/v1/receipts/verify',
        body: receipt,
        isRepeatable: true,
      }),
  };
}
