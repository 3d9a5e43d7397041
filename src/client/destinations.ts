import type { Destination, DestinationDefinition, DestinationTest } from './destination-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export function destinationsOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<Destination>>({ method: 'GET', path: '/v1/destinations', query: { ...query } });
  // Twice is the same as once.
  const bring = (verb: 'pause' | 'resume') => (key: string) =>
    call<Destination>({ method: 'POST', path: path`/v1/destinations/${key}/${verb}`, isRepeatable: true });

  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<Destination>({ method: 'GET', path: path`/v1/destinations/${key}` }),
    put: (key: string, definition: DestinationDefinition) =>
      call<Destination>({ method: 'PUT', path: path`/v1/destinations/${key}`, body: definition }),
    /** Disconnects a tool that no audience is attached to; its secrets are forgotten. */
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/destinations/${key}` }),
    /** Sends a harmless request, to see whether settings and secrets work. */
    test: (key: string) => call<DestinationTest>({ method: 'POST', path: path`/v1/destinations/${key}/test` }),
    /** Lets work wait, burning no attempt. */
    pause: bring('pause'),
    resume: bring('resume'),
  };
}
