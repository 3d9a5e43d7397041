import { z } from 'zod';

/** How many of a hundred members are never sent. More than half would be an audience that is not used. */
export const Holdout = z.strictObject({ percent: z.number().gt(0).max(50) });
export type Holdout = z.infer<typeof Holdout>;
