/**
 * Meta Marketing API, "Custom Audiences" and "Error codes" (developers.facebook.com/docs/marketing-api), read in 2026.
 * `version` is the Graph API version that requests are pinned to; Meta keeps one for about two years.
 */
export const graph = {
  version: 'v25.0',
  /** By this day somebody has looked whether a newer version is due. */
  reviewBy: '2027-12-31',
  apiBase: 'https://graph.facebook.com',
} as const;

/** Rows of one upload, and the size we keep it to. */
export const uploadLimits = { maxRows: 10_000, maxBytes: 5_000_000 } as const;

/** Identifier type → column of the upload, with the field whose policy it follows. `EXTERN_ID` goes as it is. */
export const columns = [
  { type: 'user_id', schema: 'EXTERN_ID' },
  { type: 'email', schema: 'EMAIL', field: 'email' },
  { type: 'phone', schema: 'PHONE', field: 'phone' },
  { type: 'device_id', schema: 'MADID', field: 'device_id' },
] as const;

/** Error codes and subcodes by what they mean for us. */
export const errorCodes = {
  auth: [190, 200, 294, 2650, 1487301, 1487366, 1713230],
  throttled: [4, 17, 613, 80003, 2446079, 1487742],
  transient: [1, 2, 341, 368],
  invalid: [100],
} as const;
