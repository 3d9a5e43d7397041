import { z } from 'zod';
import { vocabularies } from '../../domain/events/vocabularies/vocabulary';
import { defineSource } from '../source';

/** A website, an app or a back end that sends events by itself, with write keys of this source. */
export const httpApi = defineSource({
  type: 'api',
  name: 'HTTP API',
  settings: z.strictObject({
    /** Whose names its events have, where they are not ours: see docs/guides/vocabularies.md. */
    vocabulary: z.enum(vocabularies).optional(),
  }),
  secrets: z.strictObject({}),
});
