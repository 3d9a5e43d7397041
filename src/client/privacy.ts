import type { Operation } from './operation-types';
import type { SignedReceipt } from './privacy-types';
import type { Transport } from './transport';

export function privacyOf({ call }: Transport) {
  return {
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
