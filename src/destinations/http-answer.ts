import type { ItemResult } from '../domain/delivery/item-result';
import type { HttpResponse, PlannedRequest } from './destination';

const longestPauseMs = 24 * 3_600_000;

/** What a vendor said about a whole request. */
export type VendorAnswer = Omit<ItemResult, 'index'>;

/** The same answer for each item of a request: vendors that report no items leave nothing better. */
export function forAllItems({ items }: PlannedRequest, answer: VendorAnswer): ItemResult[] {
  return items.map((index) => ({ index, ...answer }));
}

export const isSuccess = ({ status }: HttpResponse): boolean => status >= 200 && status <= 299;

/** The pause a `Retry-After` header asks for: seconds or an HTTP date (RFC 9110 10.2.3). */
export function retryAfterMs({ headers }: HttpResponse, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  const pause = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(pause) ? undefined : pause;
}

/** Adds a pause when there is one, at most a day: one wrong number must not stop a destination for ever. */
export const withPause = (answer: VendorAnswer, pauseMs: number | undefined): VendorAnswer =>
  pauseMs === undefined ? answer : { ...answer, retryAfterMs: Math.min(Math.max(pauseMs, 0), longestPauseMs) };
