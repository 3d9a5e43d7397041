import { z } from 'zod';
import { defineSource } from '../source';

/** A website, an app or a back end that sends events by itself, with write keys of this source. */
export const httpApi = defineSource({
  type: 'api',
  name: 'HTTP API',
  settings: z.strictObject({}),
  secrets: z.strictObject({}),
});
