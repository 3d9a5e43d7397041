import { z } from 'zod';

/** What the operation of an erasure is given: what to look for, and nothing that says who it was. */
export const ErasureInput = z.object({
  profiles: z.array(z.string()),
  keys: z.array(z.string()),
  values: z.array(z.string()),
  pairs: z.array(z.object({ audience: z.string(), destination: z.string() })),
  /** Epoch milliseconds. */
  erasedAt: z.int(),
});
