import type { AudienceVersion, StoredAudience } from './audience-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

/** With `startJourneys`, whom the saved rule moves begins journeys by that. */
export interface SaveQuery {
  readonly startJourneys?: boolean;
}

/** What an audience said, and says next. */
export function audienceVersionsOf({ call }: Transport) {
  const versions = (key: string, query: PageQuery = {}) =>
    call<Page<AudienceVersion>>({ method: 'GET', path: path`/v1/audiences/${key}/versions`, query: { ...query } });

  return {
    versions,
    eachVersion: (key: string, query: PageQuery = {}) => eachOf((page) => versions(key, page), query),
    /** Saves again what an earlier version said, as the next one. */
    rollback: (key: string, version: number, query: SaveQuery = {}) =>
      call<StoredAudience>({
        method: 'POST',
        path: path`/v1/audiences/${key}/rollback`,
        query: { ...query },
        body: { version },
      }),
    /** Has the version that is being prepared never serve. */
    cancelEdit: (key: string) => call<StoredAudience>({ method: 'POST', path: path`/v1/audiences/${key}/cancel-edit` }),
  };
}
