import { readEventInstant } from '../../domain/events/event-time';
import { defineSource } from '../source';
import { MongodbSecrets, MongodbSettings } from './settings.schema';

/** A collection of another MongoDB. */
export const mongodb = defineSource({
  type: 'mongodb',
  name: 'MongoDB',
  settings: MongodbSettings,
  secrets: MongodbSecrets,
  isPulled: true,
  cursorFrom: ({ cursor }, from) => {
    const at = readEventInstant(from);
    if (cursor === undefined || at === undefined) return undefined;
    return { by: cursor, at: { $date: new Date(at).toISOString() } };
  },
});
