import type { ItemResult } from '../../domain/delivery/item-result';
import type { HttpResponse, PlannedRequest } from '../destination';
import { forAllItems, isSuccess, retryAfterMs, withPause, type VendorAnswer } from '../http-answer';

const refused: readonly number[] = [401, 403, 410];
const busy: readonly number[] = [429, 502, 503, 504];
const passing: readonly number[] = [408, 425];

/** A receiver answers for the whole request: only 2xx is success (Standard Webhooks, "Deliverability"). Its body is never read. */
export function interpretWebhook(response: HttpResponse, planned: PlannedRequest, now: number): ItemResult[] {
  return forAllItems(planned, answerTo(response, now));
}

function answerTo(response: HttpResponse, now: number): VendorAnswer {
  const { status } = response;
  const code = `http-${status}`;
  if (isSuccess(response)) return { kind: 'ok', code, message: 'Received.' };
  if (refused.includes(status)) {
    const message = status === 410 ? 'The receiver is gone for good.' : 'The receiver refuses these requests.';
    return { kind: 'auth', code, message: `${message} Correct the destination, then resume it.` };
  }
  if (busy.includes(status)) {
    return withPause({ kind: 'throttled', code, message: 'The receiver is busy.' }, retryAfterMs(response, now));
  }
  if (status >= 300 && status <= 399) {
    return {
      kind: 'transient',
      code,
      message: 'The receiver redirects; redirects are not followed, give its final URL.',
    };
  }
  return status >= 500 || passing.includes(status)
    ? { kind: 'transient', code, message: 'The receiver failed.' }
    : { kind: 'invalid', code, message: 'The receiver does not accept this request.' };
}
