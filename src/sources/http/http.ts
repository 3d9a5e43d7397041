import { defineSource } from '../source';
import { readFrom } from './cursor';
import { HttpSecrets, HttpSettings } from './settings.schema';

/** Any API that answers with pages of JSON, or with a CSV. */
export const http = defineSource({
  type: 'http',
  name: 'HTTP (asked)',
  settings: HttpSettings,
  secrets: HttpSecrets,
  isPulled: true,
  secretsGoTo: ({ url }) => new URL(url).origin,
  cursorFrom: ({ cursor }, from) => {
    const since = cursor && readFrom(from, cursor.format);
    return since === undefined ? undefined : { since };
  },
});
