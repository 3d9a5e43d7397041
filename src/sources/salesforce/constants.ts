/** The version of the REST API that is asked, and the day after which it may be gone (Salesforce docs, API End-of-Life). */
export const salesforce = {
  version: 'v62.0',
  /** At most so many records a page (REST API Developer Guide, Query Options Header); it takes no less than 200. */
  pageRecords: { min: 200, max: 2_000 },
  /** The limit of requests is counted over 24 hours; who waits asks again from time to time. */
  limitPauseMs: 15 * 60_000,
} as const;
