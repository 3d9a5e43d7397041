import { z } from 'zod';
import { secondPart } from '../authenticate';

/** What the query may name where a sender cannot set headers, in the spellings of RudderStack's and Jitsu's clients. */
export const KeyQuery = z.looseObject({
  writeKey: z.string().max(200).optional(),
  writekey: z.string().max(200).optional(),
});

/** The write key of a query. It goes to the check of keys and nowhere else: addresses are not logged. */
export function queryKey(url: string): string | undefined {
  const query = new URLSearchParams(queryOf(url));
  return secondPart(query.get('writeKey') ?? query.get('writekey') ?? undefined);
}

export const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
