import { readEventInstant } from '../../domain/events/event-time';
import { defineSource } from '../source';
import { SalesforceSecrets, SalesforceSettings } from './settings.schema';

/** The records of one object, by when the system has last changed them. */
export const salesforceObject = defineSource({
  type: 'salesforce',
  name: 'Salesforce',
  settings: SalesforceSettings,
  secrets: SalesforceSecrets,
  isPulled: true,
  secretsGoTo: ({ loginUrl }) => new URL(loginUrl).origin,
  cursorFrom: (_settings, from) => {
    const at = readEventInstant(from);
    return at === undefined ? undefined : { at: new Date(at).toISOString() };
  },
});
